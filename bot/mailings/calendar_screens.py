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
    pages = [page - 1] * (page > 0) + [page + 1] * (page < MONTHS)
    head: Row = [_turn(_, _first(today, each), MailingAction(verb=turn, page=each), each < page)
                 for each in pages]  # fmt: skip
    name = Markup("<b>{}</b>").format(_named(_, first, "LLLL y"))
    names = get_day_names("short", context="stand-alone", locale=_.locale)
    weekdays = [Button(str(names[day]).capitalize(), STAY) for day in range(7)]
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    rows = [[_day(day, first, today, choose) for day in week] for week in weeks]
    return Screen(Markup("\n\n").join([title, name]), [head, weekdays, *rows, [back(_, up)]])


def _turn(_: Translator, first: date, data: MailingAction, before: bool) -> Button:
    """The month there by its name: the present one stands above, where nothing cuts it off."""
    name = _named(_, first, "LLLL")
    return Button(f"‹ {name}" if before else f"{name} ›", data)


def _named(_: Translator, first: date, form: str) -> str:
    return str(format_date(first, form, locale=_.locale)).capitalize()


def _day(day: date, first: date, today: date, verb: str) -> Button:
    if day.month != first.month:
        return Button(BLANK, STAY)
    if day < today:
        return Button("·", STAY)  # over
    data = MailingAction(verb=verb, id=int(f"{day:%Y%m%d}"))
    return Button(str(day.day), data, style="primary" if day == today else None)


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
