"""What people say put into what `moments` reads: “next monday 9 a.m.”, “через полтора часа”."""

import re
from collections.abc import Callable

from core.scheduling.words import FILLERS, MONTHS, UNITS, WEEKDAYS

Put = dict[str, str | Callable[[re.Match[str]], str]]

_NUMBERS = (
    "один одну одна one",
    "два две двое пару two",
    "три three",
    "четыре four",
    "пять five",
    "шесть six",
    "семь seven",
    "восемь eight",
    "девять nine",
    "десять ten",
    "одиннадцать eleven",
    "двенадцать twelve",
)
_HOURS = {
    "9:00": "утром morning",
    "14:00": "днем afternoon",
    "19:00": "вечером evening night",
    "12:00": "полдень noon midday",
    "23:00": "ночью",
    "0:00": "полночь midnight",
}
_HOURS_BEGUN = (  # “half of the tenth” is 9:30
    "первого второго третьего четвертого пятого шестого седьмого восьмого девятого десятого "
    "одиннадцатого двенадцатого"
)
_FIGURES = {word: str(n) for n, words in enumerate(_NUMBERS, 1) for word in words.split()}
_TIMES = {word: hour for hour, words in _HOURS.items() for word in words.split()}
_BEFORE = {word: hour or 12 for hour, word in enumerate(_HOURS_BEGUN.split())}
_NOW = {
    *("сейчас", "прямо сейчас", "сейчас же", "сразу", "сразу же", "немедленно", "как можно скорее"),
    *("now", "right now", "right away", "straight away", "at once", "immediately", "asap"),
    *("once", "as soon as possible"),  # at once
}
_DAYS = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_MONTHS = "|".join(sorted(MONTHS, key=len, reverse=True))
_HOUR = "|".join(word for word, unit in UNITS.items() if unit == "hours")
_AFTER_NOON = "днем|afternoon|вечером|evening|night"
_BEGUN = "|".join(_BEFORE)
_NEXT_WEEK = "следующей неделе|next week"
_MINUTES = "м|мин|минут[аы]?|m|min"
_LONG = r"min(?:ute)?s?|hours?|weeks?|months?|минут[ыу]?|мин|недел[ьию]|месяц(?:а|ев)?"

_UNSAID = re.compile(r"[^\x00-\x7fа-я№]|[!?()\"']")  # emoji, marks of direction, signs of feeling
_HALVES = re.compile(rf"\b([0-9]{{1,3}})[.,]5 ?(?:{_HOUR})\b")
_WORD = re.compile(r"[a-zа-я]+")
_HOURS_AND_MINUTES = (
    rf"^((?!через |in ).*?\b[0-9]{{1,2}}) ?(?:{_HOUR})\.? ?([0-9]{{2}})(?: ?(?:{_MINUTES}))?$"
)
_SPANS: Put = {
    r"\bполчаса\b|\bhalf an hour\b": "30 min",
    r"\bполтора часа\b|\ban hour and a half\b": "90 min",
    r"\b(?:a )?couple of\b": "2",
    r"^спустя\b": "через",
    r"^((?:[0-9]|an? ).+) now$": r"in \1",  # “from” has gone with the filling words
    rf"^([0-9]+ ?(?:{_LONG}))$": r"in \1",
    r"\b(?:in|через) (?:a |1 )?(?:year|год)\b": "in 12 months",
}
_CLOCKS: Put = {
    r"\b([ap])\. ?m\b\.?": r"\1m",
    r"\bo ?clock\b": "",
    r"\bhalf past ([0-9]{1,2})\b": r"\1:30",
    r"\bquarter past ([0-9]{1,2})\b": r"\1:15",
    r"\bчас (?=дня|ночи)": "1 ",
    rf"\bпол(?:овин[аеу])? ?({_BEGUN})\b": lambda found: f"{_BEFORE[found[1]]}:30",
    rf"\bчетверть ({_BEGUN})\b": lambda found: f"{_BEFORE[found[1]]}:15",
    r"\b(?:без четверти|quarter to) ([0-9]{1,2})\b": lambda found: f"{int(found[1]) - 1 or 12}:45",
    _HOURS_AND_MINUTES: r"\1:\2",
    r"([ t][0-9]{1,2}:[0-9]{2}):[0-9]{2}\b": r"\1",
}
_PARTS_OF_DAY: Put = {
    r"\btonight\b": "today evening",
    r"\bthis (?=morning|afternoon|evening)": "today ",
    r"\bпосле обеда\b": "днем",
    r"\b(?:сегодня )?ночью (?=0?[0-6](?::[0-9]{2})?$)": "",  # the next time that the clock shows it
    r"\bночью (?=(?:0?[0-6]|2[0-3])(?::[0-9]{2})?$)": "",
    r"(?<=[0-9]) in the morning\b": " am",
    r"(?<=[0-9]) in the (?:afternoon|evening)\b": " pm",
    r"\bin the (?=morning|afternoon|evening)": "",
    r"\b(?:утром|morning) (?=[0-9]{1,2}(?::[0-9]{2})?\b)": "",
    rf"\b(?:{_AFTER_NOON}) ((?:[1-9]|1[01])(?::[0-9]{{2}})?)$": r"\1 pm",
    rf"\b(?:{_AFTER_NOON}) (?=[0-9]{{1,2}}(?::[0-9]{{2}})?(?: (?:pm|дня|вечера))?$)": "",
}
_DATES: Put = {
    rf"\b({_DAYS}) (?:{_NEXT_WEEK})\b": r"next-\1",
    rf"\b(?:{_NEXT_WEEK}) ({_DAYS})\b": r"next-\1",
    rf"\b(?:{_NEXT_WEEK})\b": "next-monday",
    rf"\b(?:следующ\w+|next) ({_DAYS})\b": r"next-\1",
    rf"\b(?:ближайш\w+|эт[аоу]\w*|this|coming) ({_DAYS})\b": r"\1",
    rf"\b(?:через|in) (?:an? )?(?:недел[юи]|week) ({_DAYS})\b": r"1-weeks-\1",
    rf"\b(?:через|in) ([0-9]{{1,3}}) (?:недел[юиь]|weeks) ({_DAYS})\b": r"\1-weeks-\2",
    rf"\b({_DAYS}) (?:через|in) (?:an? )?(?:неделю|week)\b": r"1-weeks-\1",
    rf"\b({_MONTHS})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)\b": r"\1 \2",
    rf"\b([0-9]{{1,2}})(?:st|nd|rd|th|-?го|-?е)(?: of)? (?={_MONTHS})": r"\1 ",
    r"(?:\bthe )?\b([0-9]{1,2})(?:st|nd|rd|th)\b": r"\1 числа",
    r"\b([0-9]{1,2}) ?-?(?:го|е)\b(?: числ[оа])?": r"\1 числа",
    r"\b([0-9]{4}) год[а]?\b": r"\1",
    r"\b([0-9]{4})[./]([0-9]{1,2})[./]([0-9]{1,2})\b": r"\1-\2-\3",
    r"\b([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})\b": r"\1.\2.\3",
    r"\b([0-9]{1,2})-([a-zа-я]+)-([0-9]{4})\b": r"\1 \2 \3",
    r"(?<![0-9/])(0?[1-9]|1[0-2])/(1[3-9]|2[0-9]|3[01])\b": r"\2/\1",  # Americans: month first
    r"\b([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{2,4}))?\b": r"\1.\2.\3",
    r"(?<![0-9-])([0-9]{1,2})-([0-9]{2})$": r"\1:\2",
    r"(?<=[a-zа-я])(?<![0-9]t)(?=[0-9])": " ",
}
_PUT = {
    re.compile(pattern): put
    for steps in (_SPANS, _CLOCKS, _PARTS_OF_DAY, _DATES)
    for pattern, put in steps.items()
}


def is_now(text: str) -> bool:
    """Whether a tidied text means at once."""
    return text in _NOW


def tidied(typed: str) -> str:
    """Small letters, single spaces, no filling words, numbers as figures."""
    text = _UNSAID.sub(" ", typed.lower().replace("ё", "е")).strip(" .,")
    text = _HALVES.sub(lambda found: f"{60 * int(found[1]) + 30} min", text)
    text = figured(_spaced(FILLERS.sub(" ", f" {text} ")))
    for pattern, put in _PUT.items():
        text = _spaced(pattern.sub(put, text))
    return _spaced(_WORD.sub(lambda word: _TIMES.get(word[0], word[0]), text))


def figured(text: str) -> str:
    """Numbers as figures."""
    return _WORD.sub(lambda word: _FIGURES.get(word[0], word[0]), text)


def _spaced(text: str) -> str:
    return " ".join(text.split())
