"""The words people use for days, spans and times of day, and the patterns they form."""

import re

DAYS_AHEAD = {
    "позавчера": -2,
    "вчера": -1,
    "yesterday": -1,
    "сегодня": 0,
    "today": 0,
    "завтра": 1,
    "tomorrow": 1,
    "завтрашнего дня": 1,
    "послезавтра": 2,
    "day after tomorrow": 2,
}

_WEEKDAYS = (
    "понедельник понедельника пн monday mon",
    "вторник вторника вт tuesday tue tues",
    "среда среду среды ср wednesday wed",
    "четверг четверга чт thursday thu thur thurs",
    "пятница пятницу пятницы пт friday fri",
    "суббота субботу субботы сб saturday sat",
    "воскресенье воскресенья вс sunday sun",
)
WEEKDAYS = {word: day for day, words in enumerate(_WEEKDAYS) for word in words.split()}

_MONTHS = (
    "январь января янв january jan",
    "февраль февраля фев february feb",
    "март марта мар march mar",
    "апрель апреля апр april apr",
    "май мая may",
    "июнь июня июн june jun",
    "июль июля июл july jul",
    "август августа авг august aug",
    "сентябрь сентября сен сент september sep sept",
    "октябрь октября окт october oct",
    "ноябрь ноября ноя нояб november nov",
    "декабрь декабря дек december dec",
)
MONTHS = {word: month for month, words in enumerate(_MONTHS, 1) for word in words.split()}

_UNITS = {
    "minutes": "минуту минута минуты минут мин м minute minutes min mins m",
    "hours": "час часа часов ч hour hours h",
    "days": "день дня дней дн сутки суток day days d",
    "weeks": "неделю неделя недели недель нед week weeks w",
    "months": "месяц месяца месяцев мес month months",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}

# What turns a clock of twelve hours into one of 24.
BEFORE_NOON = {"am", "утра", "ночи"}
AFTER_NOON = {"pm", "дня", "вечера"}

_NAMES = "|".join(sorted((*DAYS_AHEAD, *WEEKDAYS), key=len, reverse=True))
_MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_UNIT_NAMES = "|".join(sorted(UNITS, key=len, reverse=True))
_MERIDIEM = "|".join(sorted(BEFORE_NOON | AFTER_NOON))
_DAY = (
    rf"(?P<name>(?:next-|(?P<weeks>[0-9]{{1,3}})-weeks-)?(?:{_NAMES}))"
    r"|(?P<y1>[0-9]{4})-(?P<m1>[0-9]{1,2})-(?P<d1>[0-9]{1,2})"
    r"|(?P<d2>[0-9]{1,2})\.(?P<m2>[0-9]{1,2})(?:\.(?P<y2>[0-9]{4}|[0-9]{2})?)?(?: ?г\.?)?"
    rf"|(?P<d3>[0-9]{{1,2}}) (?P<m3>{_MONTH_NAMES})\.?(?: (?P<y3>[0-9]{{4}})(?: г\.?)?)?"
    rf"|(?P<m4>{_MONTH_NAMES})\.? (?P<d4>[0-9]{{1,2}})(?: (?P<y4>[0-9]{{4}}))?"
    r"|(?P<d5>[0-9]{1,2}) числа"
)
_TIME = (
    rf"(?P<hour>[0-9]{{1,2}})(?:[:.](?P<minute>[0-9]{{2}}))?(?: ?(?:час(?:а|ов)?|ч))?"
    rf"(?: ?(?P<half>{_MERIDIEM}))?"
)
DAY_TIME = re.compile(rf"(?:{_DAY})(?:(?: |t){_TIME})?")
TIME_DAY = re.compile(rf"{_TIME}(?: (?:{_DAY}))?")
_PART = rf" (?:(?P<n>[0-9]{{1,5}}|an?) ?)?(?P<unit>{_UNIT_NAMES})\b\.?"
SPAN = re.compile(rf"(?:через|in)((?:{re.sub('[?]P<[a-z]+>', '?:', _PART)})+)(?: {_TIME})?")
EACH_PART = re.compile(_PART)
CLOCK = re.compile(_TIME)
FILLERS = re.compile(r"[,\s]+(?:(?:в|во|к|ко|на|с|со|at|on|from|starting) )?")
