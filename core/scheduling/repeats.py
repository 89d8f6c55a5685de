"""Repetitions as people type them: “every 3 hours”, “по вт и пт”, “15 числа”, a cron line."""

import re
from dataclasses import replace
from datetime import datetime
from typing import cast

from core.errors import Invalid
from core.i18n import N_
from core.scheduling import moments
from core.scheduling.recurrence import Kind, Recurrence
from core.scheduling.spoken import figured
from core.scheduling.words import UNITS, WEEKDAYS

UNREADABLE = N_(
    "I could not read “{typed}” as a repetition. "
    "Examples: every 3 hours, every 2 weeks, tue fri, 15th, last day, 30 9 * * MON-FRI"
)
UNREADABLE_END = N_("I could not read “{typed}” as an end. Examples: 31.12, 31.12.2027, 10 times")
_SHOWN = 60

_WHOLE = {
    Recurrence("once"): (
        *("once", "один раз", "однажды", "без повтора", "не повторять", "no repeat", "no", "нет"),
    ),
    Recurrence("days"): ("daily", "ежедневно"),
    Recurrence("weeks", weekdays=(0, 1, 2, 3, 4)): ("weekday", "weekdays", "будни", "будням"),
    Recurrence("weeks"): ("weekly", "еженедельно"),
    Recurrence("weeks", weekdays=(5, 6)): ("weekend", "weekends", "выходные", "выходным"),
    Recurrence("weeks", every=2): ("biweekly", "fortnight", "other week"),
    Recurrence("days", every=2): ("other day", "через день"),
    Recurrence("months"): ("monthly", "ежемесячно"),
    Recurrence("months", every=3): ("quarterly", "quarter", "ежеквартально", "квартал"),
    Recurrence("months", every=12): ("yearly", "annually", "year", "ежегодно", "год"),
    Recurrence("months", day=-1): ("last day", "последний день", "последний день месяца"),
    Recurrence("hours"): ("hourly", "ежечасно"),
    Recurrence("minutes", every=30): ("полчаса", "half an hour", "half hour"),
}
WHOLE = {word: rule for rule, words in _WHOLE.items() for word in words}
_PLURALS = (
    "понедельникам mondays",
    "вторникам tuesdays",
    "средам wednesdays",
    "четвергам thursdays",
    "пятницам fridays",
    "субботам saturdays",
    "воскресеньям sundays",
)
DAYS = WEEKDAYS | {word: day for day, words in enumerate(_PLURALS) for word in words.split()}

_LEAD = re.compile(r"^(?:every|each|on the|on|раз в|кажд(?:ый|ые|ую|ое|ая)|по|в|во) ")
_OF_EACH_MONTH = re.compile(r" (?:of (?:each|every|the) month|каждого месяца)$")
_STEP = re.compile(rf"(?:([0-9]{{1,6}}) ?)?({'|'.join(sorted(UNITS, key=len, reverse=True))})\.?")
_DAY = re.compile(r"([0-9]{1,2}) ?(?:-?(?:st|nd|rd|th)|числ[оа]|-?го(?: числа)?|-?е(?: число)?)")
_BETWEEN = re.compile(r"[,\s]+(?:(?:and|и)\s+)?")
_TIMES = re.compile(r"([0-9]{1,6}) ?(?:times?|раза?)")


def read_repeat(typed: str) -> Recurrence:
    """The rule; raises Invalid with examples for anything unreadable."""
    text = " ".join(typed.lower().replace("ё", "е").split())
    if len(text.split()) == 5 and (text[0] in "*0123456789"):
        return Recurrence("cron", cron=" ".join(typed.split()))
    text = _OF_EACH_MONTH.sub("", text)
    plain = _LEAD.sub("", text)
    found = _named(text) or _named(plain) or _named(figured(plain))
    if found is None:
        raise Invalid(UNREADABLE, typed=typed.strip()[:_SHOWN])
    return found


def read_limit(rule: Recurrence, typed: str, zone: str, now: datetime) -> Recurrence:
    """The rule with a typed end: a date, or a number of times."""
    if times := _TIMES.fullmatch(" ".join(typed.lower().split())):
        return replace(rule, count=int(times[1]), ends_at=None)
    try:
        return replace(rule, count=None, ends_at=moments.read_end(typed, zone, now))
    except Invalid as error:
        if error.text == moments.UNREADABLE:
            raise Invalid(UNREADABLE_END, typed=error.fields["typed"]) from None
        raise


def _named(text: str) -> Recurrence | None:
    if text in WHOLE:
        return WHOLE[text]
    if step := _STEP.fullmatch(text):
        return Recurrence(cast(Kind, UNITS[step[2]]), every=int(step[1] or 1))
    if day := _DAY.fullmatch(text):
        return Recurrence("months", day=int(day[1]))
    words = _BETWEEN.split(text)
    if all(word in DAYS for word in words):
        return Recurrence("weeks", weekdays=tuple(DAYS[word] for word in words))
    return None
