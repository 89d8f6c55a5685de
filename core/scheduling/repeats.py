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
    "Examples: every day at 9, every 2 weeks, tue fri 10:30, 15th, last day, 30 9 * * MON-FRI"
)
UNREADABLE_END = N_("I could not read “{typed}” as an end. Examples: 31.12, 31.12.2027, 10 times")
TWO_DAYS = N_(
    "A repetition has one day of the month. Make a mailing for each of the days, or type a cron "
    "line: {cron}"
)
TWICE = N_(
    "A repetition has one time of the day. Make a mailing for each of the times, or type a cron "
    "line: {cron}"
)
_SHOWN = 60

_WORKDAYS = (0, 1, 2, 3, 4)
_WHOLE = {
    Recurrence("once"): (
        *("once", "only once", "just once", "one time", "no", "never", "no repeat", "don't repeat"),
        *("один раз", "однажды", "разово", "однократно", "без повтора", "без повторов"),
        *("не повторять", "не надо", "нет", "никогда"),
    ),
    Recurrence("days"): ("daily", "ежедневно"),
    Recurrence("weeks", weekdays=_WORKDAYS): (
        *("weekday", "weekdays", "workday", "workdays", "working day", "working days"),
        *("business day", "business days", "будни", "будням", "будний день", "будние дни"),
        *("рабочий день", "рабочие дни", "рабочим дням", "будним дням"),
    ),
    Recurrence("weeks"): ("weekly", "еженедельно"),
    Recurrence("weeks", weekdays=(5, 6)): (
        *("weekend", "weekends", "выходные", "выходным", "выходные дни", "выходным дням"),
    ),
    Recurrence("weeks", every=2): (
        *("biweekly", "bi-weekly", "fortnight", "fortnightly", "other week"),
        *("через неделю", "other неделю"),
    ),
    Recurrence("days", every=2): ("other day", "через день", "other день"),
    Recurrence("months"): ("monthly", "ежемесячно"),
    Recurrence("months", every=3): ("quarterly", "quarter", "ежеквартально", "квартал"),
    Recurrence("months", every=6): ("полгода", "half a year", "half year", "semiannually"),
    Recurrence("months", every=12): ("yearly", "annually", "year", "ежегодно", "год"),
    Recurrence("months", day=1): (
        "first",
        "first day",
        "первое число",
        "первого числа",
        "первый день",
    ),
    Recurrence("months", day=-1): (
        *("last day", "end of month", "end of the month", "end of each month"),
        *("последний день", "последнее число", "последнего числа", "последним числам", "конце"),
        "конце месяца",
    ),
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
_ORDINALS = {
    1: "first 1st первый первая первую первое 1-й 1-я 1-ю 1-ое",
    2: "second 2nd второй вторая вторую второе 2-й 2-я 2-ю",
    3: "third 3rd третий третья третью третье 3-й 3-я 3-ю",
    4: "fourth 4th четвертый четвертая четвертую четвертое 4-й 4-я 4-ю",
    -1: "last последний последняя последнюю последнее",
}
_NTH = {word: which for which, words in _ORDINALS.items() for word in words.split()}

_LEAD = re.compile(
    r"^(?:once (?:an?|every|in an?)|every|each|on the|on|the"
    r"|(?:(?:1|один) )?раз в|кажд(?:ый|ые|ую|ое|ая|ого)|по|в|во) (?:the )?"
)
_EACH_SECOND = re.compile(r"^(?:every|кажд\w+) (?:second|2nd|втор(?:ой|ую|ое)) (?=\w+$)")
_OF_EACH_MONTH = re.compile(r" (?:(?:of|in) (?:each|every|the|a) month|(?:каждого )?месяца)$")
_STEP = re.compile(rf"(?:([0-9]{{1,6}}) ?)?({'|'.join(sorted(UNITS, key=len, reverse=True))})\.?")
_DAY = re.compile(r"([0-9]{1,2}) ?(?:-?(?:st|nd|rd|th)|числ[оа]|-?го(?: числа)?|-?е(?: число)?)")
_RANGE = re.compile(
    r"(?:(?:с|со|from) )?([a-zа-я]+) ?(?:-|–|—|по|to|till|through|thru) ?([a-zа-я]+)"
)
_BETWEEN = re.compile(r"[,/&\s]+(?:(?:and|и)\s+)?")
_TIMES = re.compile(
    r"(?:после |after )?([0-9]{1,6}) ?(?:times?|раза?|отправ\w+|рассыл\w+|mailings?|sendings?)?"
)
_FOR = re.compile(r"^(?:на|в течение|for) ")
_ENDLESS = {
    *("без конца", "бессрочно", "всегда", "нет", "никогда", "не заканчивать"),
    *("no", "no end", "never", "forever", "endless", "without an end"),
}
_D, _H = "(3[01]|[12][0-9]|[1-9])", "(2[0-3]|1?[0-9])"
_SUFFIX = r"(?:st|nd|rd|th| ?-?го| ?-?е)?"
_TWO_DAYS = re.compile(rf"{_D}{_SUFFIX}(?:, ?| и | and ){_D}{_SUFFIX}(?: числ\w*)?")
_TWO_HOURS = re.compile(rf" (?:в|at) {_H}(?::00)?(?:,| и| and)(?: в| at)? {_H}(?::00)?$")
_TWICE = re.compile(r"(?:дважды|twice|(?:2|два) раза?|(?:2|two) times) (?:в|a|an|per) (?:день|day)")


def read_repeat(typed: str) -> Recurrence:
    """The rule; raises Invalid with examples for anything unreadable."""
    text = " ".join(typed.lower().replace("ё", "е").split())
    if len(text.split()) == 5 and (text[0] in "*0123456789"):
        return Recurrence("cron", cron=" ".join(typed.split()))
    text = _OF_EACH_MONTH.sub("", _EACH_SECOND.sub("other ", text))
    plain = _LEAD.sub("", text)
    found = _named(text) or _named(plain) or _named(figured(plain))
    if found is None:
        _explain(plain)
        raise Invalid(UNREADABLE, typed=typed.strip()[:_SHOWN])
    return found


def read_limit(rule: Recurrence, typed: str, zone: str, now: datetime) -> Recurrence:
    """The rule with a typed end: a date, a span, a number of times, or none."""
    text = figured(" ".join(typed.lower().split()))
    if text in _ENDLESS:
        return replace(rule, count=None, ends_at=None)
    if times := _TIMES.fullmatch(text):
        return replace(rule, count=int(times[1]), ends_at=None)
    try:
        end = moments.read_end(_FOR.sub("in ", text) if _FOR.match(text) else typed, zone, now)
    except Invalid as error:
        if error.text == moments.UNREADABLE:
            raise Invalid(UNREADABLE_END, typed=typed.strip()[:_SHOWN]) from None
        raise
    return replace(rule, count=None, ends_at=end)


def _named(text: str) -> Recurrence | None:
    if text in WHOLE:
        return WHOLE[text]
    if step := _STEP.fullmatch(text):
        return Recurrence(cast(Kind, UNITS[step[2]]), every=int(step[1] or 1))
    if day := _DAY.fullmatch(text):
        return Recurrence("months", day=int(day[1]))
    return _weekly(text) or _nth(text)


def _weekly(text: str) -> Recurrence | None:
    """Some weekdays, or from one to another."""
    if (span := _RANGE.fullmatch(text)) and span[1] in DAYS and span[2] in DAYS:
        first, last = DAYS[span[1]], DAYS[span[2]]
        days = tuple((first + n) % 7 for n in range((last - first) % 7 + 1))
        return Recurrence("weeks", weekdays=days)
    words = _BETWEEN.split(text)
    if all(word in DAYS for word in words):
        return Recurrence("weeks", weekdays=tuple(DAYS[word] for word in words))
    return None


def _nth(text: str) -> Recurrence | None:
    """“first monday”, “последняя пятница”; “other friday” is each second one."""
    which, _, day = text.partition(" ")
    if day not in DAYS:
        return None
    if which == "other":
        return Recurrence("weeks", every=2, weekdays=(DAYS[day],))
    return Recurrence("months", nth=(_NTH[which], DAYS[day])) if which in _NTH else None


def _explain(text: str) -> None:
    """What can be read, but not done: said with what to do instead."""
    if days := _TWO_DAYS.fullmatch(text):
        raise Invalid(TWO_DAYS, cron=f"0 9 {days[1]},{days[2]} * *")
    if hours := _TWO_HOURS.search(text):
        raise Invalid(TWICE, cron=f"0 {hours[1]},{hours[2]} * * *")
    if _TWICE.fullmatch(text):
        raise Invalid(TWICE, cron="0 9,18 * * *")
