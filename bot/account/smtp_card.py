"""An own mail account that is set up: shown, confirmed, tried, switched, removed."""

import re

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from bot.account import smtp_screens as screens
from bot.account.proof import CODE_LENGTH, DEAD_CODE, NO_CODE, WRONG_CODE
from bot.account.smtp_callbacks import Smtp, SmtpAction
from bot.kit import Chat
from core.accounts import own, trial
from core.delivery.revive import go_on
from core.errors import Invalid, TooSoon
from core.keys import key_for
from core.letters import requests
from core.letters.compose import CODE_KEY
from core.mail.addresses import show_email
from core.mail.transport import Outcome, Result
from core.signing_keys import service as signing_keys
from core.typed import shortened

router = Router(name="smtp account card")

TYPED = F.text & ~F.text.startswith("/")


@router.callback_query(SmtpAction.filter(F.verb == "open"))
async def show(_event: CallbackQuery, chat: Chat) -> None:
    """The account, or the choice of one."""
    await show_account(chat)


async def show_account(chat: Chat, note: Markup | None = None) -> None:
    """The account as it is now."""
    async with chat.read() as (tx, now):
        row = await own.mine(tx, chat.user)
        used = await own.used_today(tx, row, now) if row else 0
    if row is None:
        await chat.done(screens.choose(chat._, note))
    else:
        await chat.done(screens.account(chat._, row, used, now, note))


# ------------------------------------------------------------------ the From address


@router.callback_query(SmtpAction.filter(F.verb.in_({"code", "resend"})))
async def confirm(_event: CallbackQuery, chat: Chat) -> None:
    """A letter with a code, unless one has just gone."""
    await send_code(chat)


async def send_code(chat: Chat) -> None:
    """Send it and wait for the code; the button shows when another may go."""
    try:
        async with chat.begin() as (tx, now):
            await own.ask_code(tx, chat.user, chat.id, now)
    except TooSoon as error:
        if chat.tapped:
            await chat.toast(chat._(error.text, **error.fields))
    async with chat.read() as (tx, now):
        row = await own.needed(tx, chat.user)
        seconds = await requests.wait(tx, chat.id, row.from_address, now)
    await chat.ask(Smtp.code, screens.ask_code(chat._, row.from_address, seconds))


@router.message(Smtp.code, TYPED)
async def type_code(event: Message, chat: Chat) -> None:
    """The code from the letter."""
    typed = event.text or ""
    code = re.sub(r"[\s-]", "", typed)
    if not (len(code) == CODE_LENGTH and code.isascii() and code.isdigit()):
        raise Invalid(NO_CODE, typed=shortened(typed))
    key = key_for(chat.deps.settings, CODE_KEY)
    async with chat.begin() as (tx, now):  # committed whatever comes out: a wrong try counts
        attempt = await own.confirm(tx, chat.user, code, key, now)
    if attempt.found is None:
        left = attempt.tries_left
        raise Invalid(WRONG_CODE, typed=code, left=left) if left else Invalid(DEAD_CODE)
    confirmed = chat._("✓ {email} is confirmed.", email=show_email(attempt.found.email))
    await show_account(chat, confirmed)


# ---------------------------------------------------------------------------- in use


@router.callback_query(SmtpAction.filter(F.verb == "trial"))
async def try_it(_event: CallbackQuery, chat: Chat) -> None:
    """A letter to the owner, through the account."""
    deps = chat.deps
    async with chat.begin() as (tx, now):
        row = await own.needed(tx, chat.user)
        signer = await signing_keys.known_for(tx, deps.settings, row.from_address)
        server, envelope = await trial.prepare(tx, deps.settings, row, chat.user, now, signer)
    outcome = await trial.send(deps.outside, deps.settings, server, envelope)
    await show_account(chat, arrived(chat, outcome))


def arrived(chat: Chat, outcome: Outcome) -> Markup:
    """What became of the test letter."""
    note: Markup
    if outcome.result is Result.SENT:
        to = show_email(chat.user.email)
        note = chat._("✓ A test letter is on its way to {email}.", email=to)
    else:
        words = f"{outcome.code or ''} {outcome.text}".strip() or outcome.result.value
        note = chat._("⚠ The test letter was not taken: {why}", why=shortened(words, 200))
    return note


@router.callback_query(SmtpAction.filter(F.verb.in_({"on", "off"})))
async def switch(_event: CallbackQuery, callback_data: SmtpAction, chat: Chat) -> None:
    """Use it, or the service's."""
    async with chat.begin() as (tx, now):
        await own.switch(tx, chat.user, callback_data.verb == "on")
        await go_on(tx, chat.user.id, now)
    await show_account(chat)


@router.callback_query(SmtpAction.filter(F.verb == "remove"))
async def ask_remove(_event: CallbackQuery, chat: Chat) -> None:
    """Ask first."""
    async with chat.read() as (tx, _now):
        row = await own.needed(tx, chat.user)
    await chat.show(screens.ask_remove(chat._, row))


@router.callback_query(SmtpAction.filter(F.verb == "remove_sure"))
async def remove(_event: CallbackQuery, chat: Chat) -> None:
    """The password is forgotten."""
    async with chat.begin() as (tx, now):
        await own.remove(tx, chat.user)
        await go_on(tx, chat.user.id, now)
    await show_account(chat, chat._("The account is removed and its password forgotten."))
