"""Quiet hours and the deadline of a mailing being prepared."""

from datetime import timedelta

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.mailings import window_screens as screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.launch import look, show_when
from bot.mailings.plan import Plan
from bot.mailings.states import TYPED, Launch
from core.errors import Conflict
from core.mailings.quiet import Quiet
from core.mailings.typed import LONGEST, read_deadline, read_hours
from core.users import profile

router: Router = Router(name="mailings.windows")
Verb = MailingAction.filter
DAY = 24 * 60


@router.callback_query(Verb(F.verb == "night"))
async def night(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for the quiet hours."""
    await show_night(chat, Plan.from_draft(chat.draft))


async def show_night(chat: Chat, plan: Plan) -> None:
    """The quiet hours as they are."""
    mine = Quiet.of(chat.user.quiet_from, chat.user.quiet_to)
    screen = screens.ask_quiet(chat._, plan.quiet, mine)
    await chat.ask(Launch.quiet, screen, plan=plan.to_json())


@router.callback_query(Verb(F.verb == "night_set"))
async def night_set(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Usual ones."""
    start, end = divmod(callback_data.id, 10_000)
    if start == end or max(start, end) >= DAY:
        raise Conflict
    await show_night(chat, Plan.from_draft(chat.draft).with_(quiet=Quiet(start, end)))


@router.callback_query(Verb(F.verb == "night_off"))
async def night_off(_event: CallbackQuery, chat: Chat) -> None:
    """At any time."""
    await show_night(chat, Plan.from_draft(chat.draft).with_(quiet=None))


@router.message(Launch.quiet, TYPED)
async def typed_night(event: Message, chat: Chat) -> None:
    """Typed ones."""
    quiet = read_hours(event.text or "")
    await show_night(chat, Plan.from_draft(chat.draft).with_(quiet=quiet))


@router.callback_query(Verb(F.verb == "night_mine"))
async def night_mine(_event: CallbackQuery, chat: Chat) -> None:
    """New mailings begin with them."""
    plan = Plan.from_draft(chat.draft)
    async with chat.begin() as (tx, _now):
        hours = (plan.quiet.start, plan.quiet.end) if plan.quiet else (None, None)
        chat.become(await profile.set_quiet(tx, chat.user, *hours))
    await chat.toast(chat._("New mailings begin with these hours."))
    await show_night(chat, plan)


@router.callback_query(Verb(F.verb == "deadline"))
async def deadline(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for the deadline."""
    await show_deadline(chat, Plan.from_draft(chat.draft))


async def show_deadline(chat: Chat, plan: Plan) -> None:
    """The deadline as it is."""
    screen = screens.ask_deadline(chat._, await look(chat, plan))
    await chat.ask(Launch.deadline, screen, plan=plan.to_json())


@router.callback_query(Verb(F.verb == "within"))
async def within(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """So many minutes after the start; none means without a limit."""
    span = min(timedelta(minutes=callback_data.id), LONGEST) or None
    await show_when(chat, Plan.from_draft(chat.draft).with_(within=span))


@router.message(Launch.deadline, TYPED)
async def typed_deadline(event: Message, chat: Chat) -> None:
    """A span, or the moment."""
    plan = Plan.from_draft(chat.draft)
    async with chat.read() as (_tx, now):
        start = max(plan.start or now, now)
        span = read_deadline(event.text or "", chat.user.timezone, start)
    await show_when(chat, plan.with_(within=span))
