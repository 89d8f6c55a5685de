"""The last look before a mailing begins: what will happen, what to better, a letter to try."""

from aiogram import F, Router
from aiogram.types import CallbackQuery
from sqlalchemy import ColumnElement

from bot.kit import Chat
from bot.later import Later
from bot.mailings import plan_screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.plan import Plan, prepare
from bot.messages import previews
from core.delivery import sample as samples
from core.mail.addresses import show_email
from core.mail.domain_checks import is_reserved, look, remembered
from core.mailings import audience, ledger, preflight
from core.users.models import User

router: Router = Router(name="mailings.checking")
Verb = MailingAction.filter


@router.callback_query(Verb(F.verb == "check"))
async def check(_event: CallbackQuery, chat: Chat) -> None:
    """All that will happen; DNS may answer a moment later, or not at all."""
    plan, settings = Plan.from_draft(chat.draft), chat.deps.settings
    async with chat.read() as (tx, now):
        prepared = await prepare(tx, chat.user, plan, now)
        pace = await ledger.pace(tx, chat.user.id)
        version, meant = prepared.message.version, audience.meant(plan.clients, plan.segment)
        assert version  # noqa: S101  written together with the message
        found = await preflight.look(
            tx, settings, chat.user, version, meant, pace, now, plan.mailing
        )
    domain = remembered(found.domain)
    await chat.show(plan_screens.check(chat._, prepared, pace, found, domain))
    if domain is None and not is_reserved(found.domain):
        await chat.settle()
        domain = await look(found.domain)
        await chat.show(plan_screens.check(chat._, prepared, pace, found, domain))


@router.callback_query(Verb(F.verb == "to_me"))
async def to_me(_event: CallbackQuery, chat: Chat) -> None:
    """The letter to the owner's own address, through the account that will send the others."""
    plan = Plan.from_draft(chat.draft)
    async with chat.begin() as (tx, now):
        meant = audience.meant(plan.clients, plan.segment)
        await samples.request(tx, chat.user, plan.message, now, meant)
    address = show_email(chat.user.email)
    await chat.alert(chat._("The letter is on its way to {email}.", email=address))


@router.callback_query(Verb(F.verb == "sample"))
async def sample(_event: CallbackQuery, chat: Chat, later: Later) -> None:
    """The letter as one of its recipients gets it, as a page that any browser opens."""
    plan = Plan.from_draft(chat.draft)
    meant = audience.meant(plan.clients, plan.segment)
    await send_letter(chat, chat.user, plan.message, meant, later)


async def send_letter(
    chat: Chat, owner: User, message_id: int, meant: ColumnElement[bool], later: Later
) -> None:
    """An owner's message as one of those `meant` gets it: as pictures or a rich message, and in a
    file."""
    await previews.send(chat, await previews.sample_of(chat, owner, message_id, meant), later)
