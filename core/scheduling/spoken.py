"""What people say put into what `moments` reads: “next monday 9 a.m.”, “через полтора часа”."""

import re

from core.scheduling.words import FILLERS, UNITS, WEEKDAYS

_NUMBERS = (
    "один одну одна one",
    "два две two",
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
    "19:00": "вечером evening",
    "12:00": "полдень noon midday",
    "0:00": "полночь midnight",
}
_FIGURES = {word: str(n) for n, words in enumerate(_NUMBERS, 1) for word in words.split()}
_TIMES = {word: hour for hour, words in _HOURS.items() for word in words.split()}
_NOW = {"сейчас", "now", "сразу", "прямо сейчас", "right now", "immediately", "asap"}
_DAYS = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_HOUR = "|".join(word for word, unit in UNITS.items() if unit == "hours")

_UNSAID = re.compile(r"[^\x00-\x7fа-я№]|[!?()\"']")  # emoji, marks of direction, signs of feeling
_HALVES = re.compile(rf"\b([0-9]{{1,3}})[.,]5 ?(?:{_HOUR})\b")
_WORD = re.compile(r"[a-zа-я]+")
_STEPS = {
    r"\b([ap])\. ?m\b\.?": r"\1m",
    r"\btonight\b": "today evening",
    r"\bin the (?=morning|afternoon|evening)": "",
    r"\bполчаса\b|\bhalf an hour\b": "30 min",
    r"\bполтора часа\b|\ban hour and a half\b": "90 min",
    rf"\b(?:следующ\w+|next) ({_DAYS})\b": r"next-\1",
    rf"\b(?:ближайш\w+|эт[аоу]\w*|this|coming) ({_DAYS})\b": r"\1",
    r"\b([0-9]{1,2})(?:st|nd|rd|th)\b(?: of\b)?": r"\1",
    r"\b([0-9]{4}) год[а]?\b": r"\1",
    r"\b(0?[1-9]|1[0-2])/(1[3-9]|2[0-9]|3[01])\b": r"\2/\1",  # Americans name the month first
    r"\b([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{2,4}))?\b": r"\1.\2.\3",
    r"([ t][0-9]{1,2}:[0-9]{2}):[0-9]{2}\b": r"\1",
    r"(?<![0-9-])([0-9]{1,2})-([0-9]{2})$": r"\1:\2",
    r"(?<=[a-zа-я])(?<![0-9]t)(?=[0-9])": " ",
}
_PUT = {re.compile(pattern): put for pattern, put in _STEPS.items()}


def is_now(text: str) -> bool:
    """Whether a tidied text means at once."""
    return text in _NOW


def tidied(typed: str) -> str:
    """Small letters, single spaces, no filling words, numbers as figures."""
    text = _UNSAID.sub(" ", typed.lower().replace("ё", "е")).strip(" .,")
    text = _HALVES.sub(lambda found: f"{60 * int(found[1]) + 30} min", text)
    text = _spaced(FILLERS.sub(" ", f" {text} "))
    for pattern, put in _PUT.items():
        text = pattern.sub(put, text)
    return _spaced(figured(_WORD.sub(lambda word: _TIMES.get(word[0], word[0]), text)))


def figured(text: str) -> str:
    """Numbers as figures."""
    return _WORD.sub(lambda word: _FIGURES.get(word[0], word[0]), text)


def _spaced(text: str) -> str:
    return " ".join(text.split())
