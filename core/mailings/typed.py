"""Quiet hours and deadlines as people type them: “22-8”, “с 22 до 8:30”, “3 hours”, “18:00”."""

import re
from datetime import datetime, timedelta

from core.errors import Invalid
from core.i18n import N_
from core.mailings.quiet import Quiet
from core.scheduling.moments import read_moment
from core.typed import shortened

UNREADABLE_HOURS = N_("I could not read “{typed}” as hours. Examples: 22-8, 21:30-9:00")
UNREADABLE_DEADLINE = N_(
    "I could not read “{typed}” as a deadline. Examples: 3 hours, 18:00, tomorrow 12:00"
)
TOO_LONG = N_("A deadline may be at most {days} days after the start.")
LONGEST = timedelta(days=30)

_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?(?: ?ч(?:ас(?:а|ов)?)?)?(?: ?([ap]m|утра|вечера|ночи))?"
_HOURS = re.compile(rf"(?:from |с )?{_CLOCK} ?(?:-|–|—|to|till|until|до) ?{_CLOCK}")


def read_hours(typed: str) -> Quiet:
    """Quiet hours; Invalid with an example for anything unreadable."""
    found = _HOURS.fullmatch(" ".join(typed.lower().split()).rstrip("."))
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


def read_deadline(typed: str, zone: str, start: datetime) -> timedelta:
    """How long after the start: a span, or a moment after it."""
    try:
        return _checked(read_moment(f"in {typed.strip()}", zone, start) - start)
    except Invalid as error:
        if error.text == TOO_LONG:
            raise
    try:
        return _checked(read_moment(typed, zone, start) - start)
    except Invalid as error:
        if error.text == TOO_LONG:
            raise
        raise Invalid(UNREADABLE_DEADLINE, typed=shortened(typed.strip(), 60)) from None


def _checked(span: timedelta) -> timedelta:
    if span > LONGEST:
        raise Invalid(TOO_LONG, days=LONGEST.days)
    return max(span, timedelta(minutes=1))
