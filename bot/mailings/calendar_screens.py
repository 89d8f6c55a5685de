"""A month as buttons, and the hours of a day."""

import calendar
from datetime import date, datetime

from babel.dates import format_date, get_day_names
from markupsafe import Markup

from bot.kit import Button, Nav, Row, Screen, back
from bot.mailings.callbacks import MailingAction
from core.i18n import Translator

MONTHS = 24  # ahead
HOURS = range(7, 23)
STAY = Nav(to="stay")
BLANK = "\u2800"  # a label may not be empty


def month(
    _: Translator, today: date, page: int, title: Markup, verbs: tuple[str, str], up: MailingAction
) -> Screen:
    """The month `page` months from now; `verbs` turn the pages and choose a day."""
    page = max(0, min(page, MONTHS))
    first = _first(today, page)
    turn, choose = verbs
    name = str(format_date(first, "LLLL y", locale=_.locale)).capitalize()
    head = [
        Button("‹", MailingAction(verb=turn, page=page - 1) if page else STAY),
        Button(name, STAY),
        Button("›", MailingAction(verb=turn, page=page + 1) if page < MONTHS else STAY),
    ]
    names = get_day_names("short", context="stand-alone", locale=_.locale)
    weekdays = [Button(str(names[day]).capitalize(), STAY) for day in range(7)]
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    rows = [[_day(day, first, today, choose) for day in week] for week in weeks]
    return Screen(title, [head, weekdays, *rows, [back(_, up)]])


def _day(day: date, first: date, today: date, verb: str) -> Button:
    if day.month != first.month:
        return Button(BLANK, STAY)
    if day < today:
        return Button("·", STAY)  # over
    label = f"[{day.day}]" if day == today else str(day.day)
    return Button(label, MailingAction(verb=verb, id=int(f"{day:%Y%m%d}")))


def hours(_: Translator, day: date, local: datetime) -> Screen:
    """At what time of the day; hours that are over are no choice."""
    text = _(
        "<b>{date}: at what time?</b>\nTap an hour or type a time, for example: 10:30",
        date=str(format_date(day, "d MMMM, EEEE", locale=_.locale)),
    )
    buttons = [_hour(day, hour, local) for hour in HOURS]
    rows: list[Row] = [buttons[at : at + 4] for at in range(0, len(buttons), 4)]
    pages = (day.year - local.year) * 12 + day.month - local.month
    return Screen(text, [*rows, [back(_, MailingAction(verb="cal", page=pages))]])


def _hour(day: date, hour: int, local: datetime) -> Button:
    if (day, hour) <= (local.date(), local.hour):
        return Button("·", STAY)
    return Button(f"{hour}:00", MailingAction(verb="hour", id=int(f"{day:%Y%m%d}{hour:02}")))


def _first(today: date, page: int) -> date:
    months = today.year * 12 + today.month - 1 + page
    return date(months // 12, months % 12 + 1, 1)
