"""Recurrences, moments and spans of time in the reader's words."""

from calendar import monthrange
from datetime import datetime, timedelta

from babel.dates import format_date
from markupsafe import Markup

from core.i18n import Translator
from core.scheduling.rules import Recurrence, zone_of
from core.scheduling.weekdays import on_weekday, on_weekdays, ordinal
from core.users.zones import city

_WORKING_DAYS = (0, 1, 2, 3, 4)
_LAST_MINUTE = (23, 59)
_LEAP_YEAR = 2024


def describe(rec: Recurrence, start: datetime, zone: str, _: Translator) -> Markup:
    """“every weekday at 09:00, Berlin, until 31 December 2026”."""
    tz, place = zone_of(zone), city(zone, _.locale)
    local = start.astimezone(tz)
    phrase = _rhythm(rec, local, _)
    if rec.kind in ("days", "weeks", "months"):
        phrase = _("{rhythm} at {time}, {zone}", rhythm=phrase, time=f"{local:%H:%M}", zone=place)
    if rec.kind == "cron":
        phrase = _("{rhythm}, {zone}", rhythm=phrase, zone=place)
    if rec.ends_at is not None:
        phrase = _until(phrase, rec.ends_at.astimezone(tz), _)
    if rec.count is not None and rec.kind != "once":
        phrase = _.plural(
            "{rhythm}, {n} time in all", "{rhythm}, {n} times in all", rec.count, rhythm=phrase
        )
    return phrase


def moment(dt: datetime, zone: str, _: Translator, now: datetime) -> Markup:
    """“today at 14:10”, “25 December at 10:30”; the year only where it is another one."""
    tz = zone_of(zone)
    local, today = dt.astimezone(tz), now.astimezone(tz).date()
    time = f"{local:%H:%M}"
    match (local.date() - today).days:
        case 0:
            return _("today at {time}", time=time)
        case 1:
            return _("tomorrow at {time}", time=time)
        case -1:
            return _("yesterday at {time}", time=time)
    return _date_at(local, _, with_year=local.year != today.year)


def duration(delta: timedelta, _: Translator) -> Markup:
    """“9 h 14 min”; a countdown “0:58” below two minutes; nothing is ever below zero."""
    seconds = max(0, int(delta.total_seconds()))
    if seconds < 120:
        return Markup("{}:{:02}").format(seconds // 60, seconds % 60)
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    parts = [
        _("{n} d", n=days) if days else "",
        _("{n} h", n=hours) if hours else "",
        _("{n} min", n=minutes) if minutes and not days else "",
    ]
    return Markup(" ").join(part for part in parts if part)


def bar(fraction: float, width: int = 10) -> str:
    """“▰▰▰▱▱▱▱▱▱▱”; full only when all is done."""
    filled = int(min(1.0, max(0.0, fraction)) * width)
    return "▰" * filled + "▱" * (width - filled)


def _rhythm(rec: Recurrence, local: datetime, _: Translator) -> Markup:
    match rec.kind:
        case "once":
            return _("once, {moment}", moment=_date_at(local, _))
        case "minutes" | "hours" | "days":
            return _each(rec, _)
        case "weeks":
            return _weekly(rec, local, _)
        case "months":
            return _monthly(rec, local, _)
        case "cron":
            return _("by the cron expression {expression}", expression=rec.cron)


def _each(rec: Recurrence, _: Translator) -> Markup:
    n = rec.every
    if rec.kind == "minutes":
        return _("every minute") if n == 1 else _.plural("every {n} minute", "every {n} minutes", n)
    if rec.kind == "hours":
        return _("every hour") if n == 1 else _.plural("every {n} hour", "every {n} hours", n)
    return _("every day") if n == 1 else _.plural("every {n} day", "every {n} days", n)


def _weekly(rec: Recurrence, local: datetime, _: Translator) -> Markup:
    days = rec.weekdays or (local.weekday(),)
    if rec.every == 1 and len(days) == 7:
        return _("every day")
    if rec.every == 1 and days == _WORKING_DAYS:
        return _("every weekday")
    named = _("on weekdays") if days == _WORKING_DAYS else on_weekdays(days, _)
    if rec.every == 1:
        return named
    return _.plural("every {n} week {days}", "every {n} weeks {days}", rec.every, days=named)


def _monthly(rec: Recurrence, local: datetime, _: Translator) -> Markup:
    if rec.nth is not None:
        return _each_month(rec.every, on_weekday(*rec.nth, _), _)
    day = rec.day or local.day
    if day == -1:
        return _each_month(rec.every, _("on the last day"), _)
    if rec.every == 12:
        return _yearly(local, day, _)
    phrase = (
        _("every {day} of the month", day=ordinal(day, _))
        if rec.every == 1
        else _each_month(rec.every, _("on the {day}", day=ordinal(day, _)), _)
    )
    return _or_the_last(phrase, _) if day > 28 else phrase


def _yearly(local: datetime, day: int, _: Translator) -> Markup:
    longest = monthrange(_LEAP_YEAR, local.month)[1]
    date = _date(local.replace(year=_LEAP_YEAR, day=min(day, longest)), _, with_year=False)
    phrase = _("every year on {date}", date=date)
    return _or_the_last(phrase, _) if local.month == 2 and day > 28 else phrase


def _each_month(every: int, days: Markup, _: Translator) -> Markup:
    if every == 1:
        return _("every month {days}", days=days)
    return _.plural("every {n} month {days}", "every {n} months {days}", every, days=days)


def _or_the_last(phrase: Markup, _: Translator) -> Markup:
    return _("{rhythm} (the last day in shorter months)", rhythm=phrase)


def _until(phrase: Markup, end: datetime, _: Translator) -> Markup:
    if (end.hour, end.minute) == _LAST_MINUTE:
        return _("{rhythm}, until {date}", rhythm=phrase, date=_date(end, _))
    return _("{rhythm}, until {moment}", rhythm=phrase, moment=_date_at(end, _))


def _date_at(local: datetime, _: Translator, with_year: bool = True) -> Markup:
    return _("{date} at {time}", date=_date(local, _, with_year), time=f"{local:%H:%M}")


def _date(local: datetime, _: Translator, with_year: bool = True) -> str:
    return str(format_date(local, "d MMMM y" if with_year else "d MMMM", locale=_.locale))
