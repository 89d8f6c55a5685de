"""Quiet hours and deadlines as people type them: “22-8”, “с 22 до 8:30”, “3 hours”, “18:00”."""

import re
from datetime import datetime, timedelta

from core.errors import Invalid
from core.i18n import N_
from core.mailings.quiet import Quiet
from core.scheduling.moments import read_end, read_moment
from core.typed import shortened

UNREADABLE_HOURS = N_("I could not read “{typed}” as hours. Examples: 22-8, 21:30-9:00")
UNREADABLE_DEADLINE = N_(
    "I could not read “{typed}” as a deadline. Examples: 3 hours, 18:00, tomorrow 12:00"
)
TOO_LONG = N_("A deadline may be at most {days} days after the start.")
LONGEST = timedelta(days=30)

_NONE = {
    *(
        "no",
        "none",
        "no limit",
        "without a limit",
        "never",
        "without quiet hours",
        "no quiet hours",
    ),
    *("нет", "без тихих часов", "без ограничения", "без ограничений", "не нужно", "никогда"),
}
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?(?: ?ч(?:ас(?:а|ов)?)?)?(?: ?([ap]m|утра|вечера|ночи))?"
_TO = r"(?: ?[-–—] ?| ?(?:to|till|until|and|до|по) ?| )"
_HOURS = re.compile(rf"(?:from |between |с )?{_CLOCK}{_TO}{_CLOCK}")
_BEFORE = re.compile(
    r"^(?:by|before|until|till|within|(?:not|no) later than|до|к|за|в течение|не поз(?:же|днее)) ",
    re.IGNORECASE,
)


def read_hours(typed: str) -> Quiet | None:
    """Quiet hours, or none; Invalid with an example for anything unreadable."""
    text = " ".join(re.sub(r"\b([ap])\. ?m\b\.?", r"\1m", typed.lower()).split()).rstrip(".")
    if text in _NONE:
        return None
    found = _HOURS.fullmatch(text)
    minutes = (_minute(*found.group(1, 2, 3)), _minute(*found.group(4, 5, 6))) if found else (0, 0)
    if minutes[0] == minutes[1] or max(minutes) >= 24 * 60:
        raise Invalid(UNREADABLE_HOURS, typed=shortened(typed.strip(), 60))
    return Quiet(*minutes)


def _minute(hour: str, minute: str | None, half: str | None) -> int:
    """Of the day; midnight may be called 24. What is no time is far beyond the day."""
    h, m = int(hour), int(minute or 0)
    if half:
        h = h % 12 + 12 * (half in ("pm", "вечера")) if 1 <= h <= 12 else 99
    return 99 * 60 if h > 24 or m > 59 or (h == 24 and m) else (h % 24) * 60 + m


def read_deadline(typed: str, zone: str, start: datetime) -> timedelta | None:
    """How long after the start: a span, or a moment after it; None for without a limit."""
    if " ".join(typed.lower().split()) in _NONE:
        return None
    text = _BEFORE.sub("", typed.strip())
    try:
        return _checked(read_moment(f"in {text}", zone, start) - start)
    except Invalid as error:
        if error.text == TOO_LONG:
            raise
    try:
        return _checked(read_end(text, zone, start) - start)
    except Invalid as error:
        if error.text == TOO_LONG:
            raise
        raise Invalid(UNREADABLE_DEADLINE, typed=shortened(typed.strip(), 60)) from None


def _checked(span: timedelta) -> timedelta:
    if span > LONGEST:
        raise Invalid(TOO_LONG, days=LONGEST.days)
    return max(span, timedelta(minutes=1))
