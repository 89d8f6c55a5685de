"""What may be asked of a schedule, checked where it is asked."""

import json
from datetime import datetime, timedelta
from typing import Any

from core.db import Json
from core.errors import Invalid
from core.i18n import N_
from core.scheduling.recurrence import Recurrence, aware

PAST = N_("This date has already passed. Choose a later one, for example tomorrow 9:00.")
POLICIES = ("run_once", "skip", "ask")
OVERLAPS = ("skip", "queue")


def recurrence(interval: timedelta | Recurrence) -> Recurrence:
    """The rule of an interval."""
    if isinstance(interval, Recurrence):
        return interval
    return Recurrence.from_interval(interval)


def start(start_time: datetime, missed: str | None, now: datetime) -> datetime:
    """The start in UTC; one in the past needs a word on what to do about it."""
    moment = aware(start_time)
    if moment < now and missed is None:
        raise Invalid(PAST)
    return moment


def policy(missed: str | None, default: str) -> str:
    """What to do about a missed date."""
    if missed is not None and missed not in POLICIES:
        raise ValueError(f"missed is one of {', '.join(POLICIES)}, not {missed!r}")
    return missed or default


def overlap(given: str | None, default: str) -> str:
    """What to do about a date that comes while the run before is going on."""
    if given is not None and given not in OVERLAPS:
        raise ValueError(f"overlap is one of {', '.join(OVERLAPS)}, not {given!r}")
    return given or default


def arguments(kwargs: dict[str, Any]) -> Json:
    """The task's arguments, which must come back from JSON as they went in."""
    for name, value in kwargs.items():
        try:
            kept = json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError):
            raise TypeError(f"argument {name!r} is no JSON: {value!r}") from None
        if kept != value:
            raise TypeError(f"argument {name!r} does not survive JSON: {value!r}")
    return kwargs
