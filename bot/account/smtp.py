"""The owner's own mail account, set up question by question and tried before it is kept."""

from dataclasses import asdict
from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.account import smtp_screens as screens
from bot.account.smtp_callbacks import Smtp, SmtpAction
from bot.account.smtp_card import TYPED, send_code, show_account
from bot.kit import Chat
from core.accounts import own
from core.accounts.own import OTHER, PROVIDERS, Form
from core.delivery.revive import go_on
from core.errors import Conflict, Invalid
from core.mail.transport import Server
from core.updates import service as updates
from core.users.fields import check_email
from core.users.service import require_confirmed

router = Router(name="smtp account")

PASSWORD = F.text  # one may begin with a slash
FORM = "smtp"


@router.callback_query(SmtpAction.filter(F.verb == "choose"))
async def choose(_event: CallbackQuery, chat: Chat) -> None:
    """Another one; the one before stays until the new one works."""
    await chat.done(screens.choose(chat._))


@router.callback_query(SmtpAction.filter(F.verb == "provider"))
async def begin(_event: CallbackQuery, callback_data: SmtpAction, chat: Chat) -> None:
    """The first question."""
    require_confirmed(chat.user)
    name = callback_data.name
    if name in PROVIDERS:
        await chat.ask(
            Smtp.address, screens.ask_address(chat._, name), **{FORM: {"provider": name}}
        )
    elif name == OTHER:
        await chat.ask(Smtp.server, screens.ask_server(chat._), **{FORM: {"provider": name}})
    else:
        raise Conflict


@router.message(Smtp.address, TYPED)
async def take_address(event: Message, chat: Chat) -> None:
    """The mailbox at a known provider says everything else."""
    form = own.at_provider(given(chat)["provider"], check_email(event.text or ""))
    await ask_password(chat, form)


@router.message(Smtp.server, TYPED)
async def take_server(event: Message, chat: Chat) -> None:
    """A server on the Internet."""
    host, port, security = own.check_server(event.text or "")
    await chat.wait()
    await chat.deps.outside.look(Server(host, port))
    form = {"provider": OTHER, "host": host, "port": port, "security": security}
    await chat.ask(Smtp.username, screens.ask_username(chat._, host), **{FORM: form})


@router.message(Smtp.username, TYPED)
async def take_username(event: Message, chat: Chat) -> None:
    """Who signs in."""
    form = given(chat) | {"username": own.check_name(event.text or "")}
    await chat.ask(Smtp.sender, screens.ask_sender(chat._, offered(form)), **{FORM: form})


def offered(form: dict[str, Any]) -> str | None:
    """The name as a From address, if it is one."""
    try:
        return check_email(form["username"])
    except Invalid:
        return None


@router.message(Smtp.sender, TYPED)
async def take_sender(event: Message, chat: Chat) -> None:
    """The From address."""
    await ask_password(chat, Form(**given(chat), from_address=check_email(event.text or "")))


@router.callback_query(Smtp.sender, SmtpAction.filter(F.verb == "same"))
async def take_same(_event: CallbackQuery, chat: Chat) -> None:
    """It is the name."""
    form = given(chat)
    await ask_password(chat, Form(**form, from_address=check_email(form["username"])))


async def ask_password(chat: Chat, form: Form) -> None:
    """The last question."""
    await chat.ask(Smtp.password, screens.ask_password(chat._, form), **{FORM: asdict(form)})


@router.callback_query(SmtpAction.filter(F.verb == "password"))
async def another_password(_event: CallbackQuery, chat: Chat) -> None:
    """The same account with another password."""
    async with chat.read() as (tx, _now):
        row = await own.needed(tx, chat.user)
    await ask_password(chat, own.form_of(row))


@router.message(Smtp.password, PASSWORD)
async def take_password(event: Message, chat: Chat) -> None:
    """Nothing keeps the message; the account is tried before it is kept."""
    async with chat.deps.sessions.begin() as tx:
        await updates.blank(tx, chat.update_id)
    await chat.remove(event.message_id)
    form = Form(**given(chat))
    password = own.check_password(event.text or "", form.provider)
    await chat.wait()
    await chat.deps.outside.probe(form.server(password))
    async with chat.begin() as (tx, now):
        row = await own.save(tx, chat.deps.settings, chat.user, form, password, now)
        await go_on(tx, chat.user.id, now)
    if row.from_confirmed_at:
        await show_account(chat, chat._("✓ The server let me in. The account is saved."))
    else:
        await send_code(chat)


def given(chat: Chat) -> dict[str, Any]:
    """The answers so far."""
    return dict(chat.draft.get(FORM) or {})
