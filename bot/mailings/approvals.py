"""An administrator's yes or no to a mailing to many, in the chat."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.kit import Chat, Screen
from bot.later import Later
from bot.mailings import approval_screens as screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.checking import send_letter
from core.audit.service import Actor, record
from core.errors import Conflict, Forbidden
from core.mailings import approval, audience, deciding, queries
from core.users.models import User

router: Router = Router(name="mailings.approvals")
Verb = MailingAction.filter


@router.callback_query(Verb(F.verb.in_({"approve", "decline"})))
async def answer(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The first answer counts; a later one is told so."""
    yes = callback_data.verb == "approve"
    decide = deciding.approve if yes else deciding.decline
    try:
        async with chat.begin() as (tx, now):
            mailing = await decide(tx, chat.user, callback_data.id, now)
            about = ("mailings", mailing.id, queries.subject_of(mailing))
            actor = Actor("bot", chat.user.name, chat.user.id)
            await record(tx, actor, callback_data.verb, about, now)
            view = await queries.view(tx, mailing, now)
    except Conflict as error:
        await chat.alert(chat._(error.text, **error.fields))
        async with chat.read() as (tx, now):
            view = await queries.card(tx, chat.user, callback_data.id, now)
        await chat.done(screens.over(chat._, view))
        return
    await chat.done(screens.decided(chat._, view, yes))


@router.callback_query(Verb(F.verb == "approvals"))
async def listing(_event: CallbackQuery, chat: Chat) -> None:
    """All that wait for an answer."""
    only_administrators(chat.user)
    async with chat.read() as (tx, _now):
        total, waiting = await approval.count(tx), await approval.waiting(tx, screens.SHOWN)
    await chat.show(screens.waiting(chat._, total, waiting))


@router.callback_query(Verb(F.verb == "approval"))
async def asked(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """One of them."""
    only_administrators(chat.user)
    async with chat.read() as (tx, now):
        view = await queries.card(tx, chat.user, callback_data.id, now)
        owner = await tx.get_one(User, view.owner_id)
    question = screens.question(chat._, view, owner, now)
    rows = [*question.rows, [screens.to_waiting(chat._)]]
    await chat.show(Screen(question.text, rows) if view.waiting else screens.over(chat._, view))


def only_administrators(user: User) -> None:
    """Forbidden for everybody else."""
    if not user.is_admin:
        raise Forbidden(deciding.ADMINS_ONLY)


@router.callback_query(Verb(F.verb == "letter"))
async def letter(
    _event: CallbackQuery, callback_data: MailingAction, chat: Chat, later: Later
) -> None:
    """The letter that is asked about, as a page that any browser opens."""
    only_administrators(chat.user)
    async with chat.read() as (tx, _now):
        mailing = await queries.get(tx, chat.user, callback_data.id)
        owner = await tx.get_one(User, mailing.owner_id)
        meant = audience.meant(await audience.chosen_for(tx, mailing), audience.rule_of(mailing))
    await send_letter(chat, owner, mailing.message_id, meant, later)
