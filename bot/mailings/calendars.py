"""Dates by tapping: a month, a day, an hour."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.mailings import calendar_screens as screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.launch import show_repeat, start_at
from bot.mailings.plan import Plan
from bot.mailings.states import TYPED, Launch
from core.errors import Conflict
from core.scheduling.repeats import read_limit

router: Router = Router(name="mailings.calendars")
Verb = MailingAction.filter


@router.callback_query(Verb(F.verb == "cal"))
async def start_month(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The month to choose the first day from."""
    Plan.from_draft(chat.draft)  # an old button says so
    local = await wall(chat)
    title = chat._("<b>On which day?</b>\nOr type a date: 25.12 10:30")
    up = MailingAction(verb="when")
    page = callback_data.page
    screen = screens.month(chat._, local.date(), page, title, ("cal", "day"), up)
    await chat.ask(Launch.when, screen)


@router.callback_query(Verb(F.verb == "day"))
async def start_day(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The hour of a day."""
    Plan.from_draft(chat.draft)
    day = day_of(callback_data.id)
    screen = screens.hours(chat._, day, await wall(chat))
    await chat.ask(Launch.hour, screen, day=day.isoformat())


@router.callback_query(Verb(F.verb == "hour"))
async def start_hour(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """An hour it is; one that is over meanwhile is refused in words."""
    day = day_of(callback_data.id // 100)
    await start_at(chat, f"{day:%d.%m.%Y} {callback_data.id % 100}:00")


@router.message(Launch.hour, TYPED)
async def typed_hour(event: Message, chat: Chat) -> None:
    """A time of the day chosen before."""
    day = date.fromisoformat(chat.draft["day"])
    await start_at(chat, f"{day:%d.%m.%Y} {(event.text or '').strip()}")


@router.callback_query(Verb(F.verb == "end_cal"))
async def end_month(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The month to choose the last day from."""
    Plan.from_draft(chat.draft)
    local = await wall(chat)
    title = chat._("<b>The last day?</b>\nOr type a date: 31.12.2027")
    up = MailingAction(verb="end")
    verbs = ("end_cal", "end_day")
    screen = screens.month(chat._, local.date(), callback_data.page, title, verbs, up)
    await chat.ask(Launch.end, screen)


@router.callback_query(Verb(F.verb == "end_day"))
async def end_day(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """It goes on to the last minute of that day."""
    plan, day = Plan.from_draft(chat.draft), day_of(callback_data.id)
    async with chat.read() as (_tx, now):
        rule = read_limit(plan.repeat, f"{day:%d.%m.%Y}", chat.user.timezone, now)
    await show_repeat(chat, plan.with_(repeat=rule))


async def wall(chat: Chat) -> datetime:
    """What the owner's clock shows."""
    async with chat.read() as (_tx, now):
        return now.astimezone(ZoneInfo(chat.user.timezone))


def day_of(number: int) -> date:
    """The day that a button names: 20261225."""
    try:
        return date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        raise Conflict from None
