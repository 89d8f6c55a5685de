"""The launch step by step: every choice returns to the three lines."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.mailings import card_screens, choice_screens, list_screens, plan_screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.choice_screens import MISSED, OVERLAP, REPEATS, TIMES
from bot.mailings.lists import choose_message
from bot.mailings.plan import Plan, Prepared, prepare
from bot.mailings.states import TYPED, Launch
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.mailings import queries, service
from core.mailings.quiet import Quiet
from core.messages import queries as messages
from core.scheduling.moments import UNREADABLE, read_moment
from core.scheduling.repeats import UNREADABLE as NO_RHYTHM
from core.scheduling.repeats import read_limit
from core.scheduling.rhythms import Rhythm, read_rhythm

router: Router = Router(name="mailings.launch")
SOON = timedelta(seconds=5)
ACCEPTED = N_("The mailing is launched already: nothing is sent twice.")
Verb = MailingAction.filter


@router.callback_query(Verb(F.verb == "begin"))
async def begin(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """A mailing of a message, or back to the one being prepared."""
    if callback_data.id:
        await overview(chat, _of_message(chat, callback_data.id))
    elif chat.draft.get("plan"):
        await overview(chat, Plan.from_draft(chat.draft))
    else:
        await choose_message(chat)


def _of_message(chat: Chat, message_id: int) -> Plan:
    """What is being prepared keeps all that was chosen for it but the message."""
    if not chat.draft.get("plan"):
        return Plan(message_id, quiet=Quiet.of(chat.user.quiet_from, chat.user.quiet_to))
    plan = Plan.from_draft(chat.draft)
    return plan if plan.message == message_id else plan.with_(message=message_id)


async def overview(chat: Chat, plan: Plan) -> None:
    """Show the three lines."""
    screen = plan_screens.overview(chat._, await look(chat, plan))
    await chat.show(screen, plan=plan.to_json(), then="mailing")


async def look(chat: Chat, plan: Plan) -> Prepared:
    """What a plan means now."""
    async with chat.read() as (tx, now):
        return await prepare(tx, chat.user, plan, now)


@router.callback_query(Verb(F.verb == "message"))
async def message(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Another message for a mailing that is being changed."""
    Plan.from_draft(chat.draft)  # an old button says so
    per_page = list_screens.PER_PAGE
    async with chat.read() as (tx, _now):
        page = await messages.page(
            tx, chat.user, callback_data.page * per_page, per_page, active=True
        )
    await chat.show(list_screens.another_message(chat._, page))


@router.callback_query(Verb(F.verb == "take"))
async def take_message(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """This message it is."""
    await overview(chat, Plan.from_draft(chat.draft).with_(message=callback_data.id))


@router.callback_query(Verb(F.verb == "rest"))
async def rest(_event: CallbackQuery, chat: Chat) -> None:
    """Whether those who wait in the present run get the new message, too."""
    plan = Plan.from_draft(chat.draft)
    await overview(chat, replace(plan, rest=not plan.rest))


# ---------------------------------------------------------------------------- when


@router.callback_query(Verb(F.verb == "when"))
async def when(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for the date."""
    await show_when(chat, Plan.from_draft(chat.draft))


async def show_when(chat: Chat, plan: Plan) -> None:
    """The date, the quiet hours and the deadline."""
    screen = choice_screens.when(chat._, await look(chat, plan))
    await chat.ask(Launch.when, screen, plan=plan.to_json())


@router.callback_query(Verb(F.verb == "at"))
async def at(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """A usual date."""
    await start_at(chat, TIMES[callback_data.id % len(TIMES)][1])


@router.message(Launch.when, TYPED)
async def typed_date(event: Message, chat: Chat) -> None:
    """A typed date; “every day at 9” says how often as well."""
    typed, plan = event.text or "", Plan.from_draft(chat.draft)
    try:
        await start_at(chat, typed)
    except Invalid as error:
        if error.text != UNREADABLE:
            raise
        async with chat.read() as (_tx, now):
            found = _rhythm_in_place_of_a_date(error, typed, chat.user.timezone, now)
        await overview(chat, plan.following(found))


def _rhythm_in_place_of_a_date(error: Invalid, typed: str, zone: str, now: datetime) -> Rhythm:
    """What was typed as a repetition; where it is none either, a date was meant."""
    try:
        return read_rhythm(typed, zone, now)
    except Invalid as other:
        raise (error if other.text == NO_RHYTHM else other) from None


async def start_at(chat: Chat, typed: str) -> None:
    """Take over a date in words; now is not a date but as soon as possible."""
    plan = Plan.from_draft(chat.draft)
    async with chat.read() as (_tx, now):
        start = read_moment(typed, chat.user.timezone, now)
    await overview(chat, plan.with_(start=None if start - now < SOON else start))


# ---------------------------------------------------------------------------- repeat


@router.callback_query(Verb(F.verb == "repeat"))
async def repeat(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for the rhythm."""
    await show_repeat(chat, Plan.from_draft(chat.draft))


async def show_repeat(chat: Chat, plan: Plan) -> None:
    """The rhythm with its next dates."""
    screen = choice_screens.repeat(chat._, await look(chat, plan))
    await chat.ask(Launch.repeat, screen, plan=plan.to_json())


@router.callback_query(Verb(F.verb == "every"))
async def every(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """A usual rhythm; an end set before is kept."""
    plan, rule = Plan.from_draft(chat.draft), REPEATS[callback_data.id % len(REPEATS)][1]
    if rule.kind == "once":
        await overview(chat, plan.with_(repeat=rule))
        return
    kept = replace(rule, ends_at=plan.repeat.ends_at, count=plan.repeat.count)
    await show_repeat(chat, plan.with_(repeat=kept))


@router.message(Launch.repeat, TYPED)
async def typed_repeat(event: Message, chat: Chat) -> None:
    """A typed rhythm, with its time or without."""
    plan = Plan.from_draft(chat.draft)
    async with chat.read() as (_tx, now):
        found = read_rhythm(event.text or "", chat.user.timezone, now, plan.start)
    await show_repeat(chat, plan.following(found))


@router.callback_query(Verb(F.verb == "end"))
async def end(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for the end."""
    Plan.from_draft(chat.draft)  # an old button says so
    await chat.ask(Launch.end, choice_screens.end(chat._))


@router.message(Launch.end, TYPED)
async def typed_end(event: Message, chat: Chat) -> None:
    """A typed date or number of times."""
    plan = Plan.from_draft(chat.draft)
    async with chat.read() as (_tx, now):
        rule = read_limit(plan.repeat, event.text or "", chat.user.timezone, now)
    await show_repeat(chat, plan.with_(repeat=rule))


@router.callback_query(Verb(F.verb == "endless"))
async def endless(_event: CallbackQuery, chat: Chat) -> None:
    """Go on until finished by hand."""
    plan = Plan.from_draft(chat.draft)
    await show_repeat(chat, plan.with_(repeat=replace(plan.repeat, ends_at=None, count=None)))


@router.callback_query(Verb(F.verb == "missed"))
async def missed(_event: CallbackQuery, chat: Chat) -> None:
    """The next policy for dates that could not be kept."""
    plan = Plan.from_draft(chat.draft)
    await show_repeat(chat, plan.with_(missed=_after(MISSED, plan.missed)))


@router.callback_query(Verb(F.verb == "overlap"))
async def overlap(_event: CallbackQuery, chat: Chat) -> None:
    """The other policy for dates that come during the run before."""
    plan = Plan.from_draft(chat.draft)
    await show_repeat(chat, plan.with_(overlap=_after(OVERLAP, plan.overlap)))


def _after(policies: Collection[str], chosen: str) -> str:
    """The one that a tap leads to."""
    names = list(policies)
    return names[(names.index(chosen) + 1) % len(names)]


# ---------------------------------------------------------------------------- the last look


@router.callback_query(Verb(F.verb == "accept"))
async def accept(event: CallbackQuery, chat: Chat) -> None:
    """Begin it; the card counts the undo window down."""
    screen = event.message.message_id if event.message else 0
    if not chat.draft.get("plan") and chat.remembered("accepted") == screen:
        raise Conflict(ACCEPTED)  # tapped twice
    plan = Plan.from_draft(chat.draft)
    async with chat.begin() as (tx, now):
        mailing = await service.accept(
            tx,
            chat.user,
            plan.message,
            plan.audience,
            plan.clients,
            plan.repeat,
            plan.start,
            now,
            undo=chat.deps.settings.undo_window,
            missed=plan.missed,
            overlap=plan.overlap,
            segment=plan.segment,
            window=plan.window,
            approval_above=chat.deps.settings.approval_above,
        )
        view = await queries.view(tx, mailing, now)
    await chat.remember("accepted", screen)
    await chat.done(card_screens.card(chat._, view, now))


@router.callback_query(Verb(F.verb == "save"))
async def save(_event: CallbackQuery, chat: Chat) -> None:
    """Take what was touched over into the mailing."""
    plan = Plan.from_draft(chat.draft)
    settings = chat.deps.settings
    async with chat.begin() as (tx, now):
        mailing = await service.change(
            tx,
            chat.user,
            plan.mailing or 0,
            now,
            approval_above=settings.approval_above,
            **plan.changes(now + settings.undo_window),
        )
        view = await queries.view(tx, mailing, now)
    await chat.done(card_screens.card(chat._, view, now))
    await chat.toast(chat._("Saved. It counts from the next sending."))
