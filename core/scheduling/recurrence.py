"""How often something happens: the value a schedule keeps, valid as soon as it exists.

A rule that cannot be raises `Invalid`, in words for its author. Weekdays count from Monday = 0,
as `datetime.weekday()` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self, cast

from core.errors import Invalid
from core.i18n import N_
from core.scheduling.cron import NO_CRON, check_cron

Kind = Literal["once", "minutes", "hours", "days", "weeks", "months", "cron"]

# The longest sensible step of each kind: a year of minutes or hours, ten years of the others.
LONGEST: dict[str, int] = {
    "once": 1,
    "minutes": 527_040,
    "hours": 8_784,
    "days": 3_660,
    "weeks": 520,
    "months": 120,
    "cron": 1,
}
NTH = (1, 2, 3, 4, -1)  # a fifth Tuesday does not exist in most months; the last one always does
DAYS = (*range(1, 32), -1)

NO_KIND = N_("This repetition is unknown. Choose once, minutes, hours, days, weeks or months.")
NO_STEP = N_("The step must be a whole number from 1 to {most}, for example 2.")
NO_WEEKDAYS = N_("Weekdays go with weeks: choose them from Monday to Sunday.")
NO_END = N_("The end must be a date and time with a time zone.")


@dataclass(frozen=True)
class Recurrence:
    """The rule without its start and zone. `ends_at` is the last permitted instant."""

    kind: Kind
    every: int = 1
    weekdays: tuple[int, ...] = ()
    day: int | None = None
    nth: tuple[int, int] | None = None
    cron: str | None = None
    ends_at: datetime | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        _check_step(self.kind, self.every)
        _check_days(self.kind, self.weekdays, self.day, self.nth)
        _check_expression(self.kind, self.cron)
        _check_end(self.ends_at, self.count)
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))

    @classmethod
    def from_interval(cls, interval: timedelta) -> Self:
        """Whole days are days of the calendar, anything shorter is elapsed time."""
        if interval < timedelta(minutes=1):
            raise Invalid(N_("The interval is too short: a minute is the least."))
        for kind, unit in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            steps, rest = divmod(interval, timedelta(seconds=unit))
            if not rest:
                return cls(cast(Kind, kind), every=steps)
        raise Invalid(N_("The interval must be whole minutes, for example 15 minutes or 2 hours."))

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the defaults, ready for a JSON column."""
        kept = {f.name: getattr(self, f.name) for f in fields(self)}
        kept = {name: value for name, value in kept.items() if value not in (None, ())}
        if self.ends_at is not None:
            kept["ends_at"] = self.ends_at.astimezone(UTC).isoformat()
        return {name: list(v) if isinstance(v, tuple) else v for name, v in kept.items()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The rule of a JSON object; raises Invalid for anything that is none."""
        if not isinstance(raw, Mapping) or "kind" not in raw:
            raise Invalid(NO_KIND)
        for name in raw.keys() - {f.name for f in fields(cls)}:
            raise Invalid(N_("A repetition has no field “{name}”."), name=name)
        return cls(**{name: _from_json(name, value) for name, value in raw.items()})


def aware(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone could be any of 26 hours and is refused."""
    if moment.tzinfo is None:
        raise Invalid(N_("The date has no time zone."))
    return moment.astimezone(UTC)


def _from_json(name: str, value: Any) -> Any:
    if name in ("weekdays", "nth") and isinstance(value, list):
        return tuple(value)
    if name == "ends_at" and value is not None:
        try:
            return aware(datetime.fromisoformat(value))
        except (TypeError, ValueError, Invalid):
            raise Invalid(NO_END) from None
    return value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_step(kind: object, every: object) -> None:
    if not isinstance(kind, str) or kind not in LONGEST:
        raise Invalid(NO_KIND)
    if not isinstance(every, int) or isinstance(every, bool) or not 1 <= every <= LONGEST[kind]:
        raise Invalid(NO_STEP, most=LONGEST[kind])


def _check_days(kind: str, weekdays: object, day: object, nth: object) -> None:
    if not isinstance(weekdays, tuple) or not all(_is_whole(d) and 0 <= d <= 6 for d in weekdays):
        raise Invalid(NO_WEEKDAYS)
    if weekdays and kind != "weeks":
        raise Invalid(NO_WEEKDAYS)
    if day is not None and (kind != "months" or not _is_whole(day) or day not in DAYS):
        raise Invalid(N_("The day of the month is a number from 1 to 31, or the last day."))
    if nth is not None and (kind != "months" or day is not None or not _is_nth(nth)):
        raise Invalid(N_("Choose the first, second, third, fourth or last weekday of the month."))


def _is_nth(nth: object) -> bool:
    if not isinstance(nth, tuple) or len(nth) != 2 or not all(_is_whole(n) for n in nth):
        return False
    return nth[0] in NTH and 0 <= nth[1] <= 6


def _check_expression(kind: str, cron: object) -> None:
    if kind == "cron":
        check_cron(cron)
    elif cron is not None:
        raise Invalid(NO_CRON)


def _check_end(ends_at: object, count: object) -> None:
    if ends_at is not None and (not isinstance(ends_at, datetime) or ends_at.tzinfo is None):
        raise Invalid(NO_END)
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        raise Invalid(N_("The number of runs must be a whole number from 1, for example 10."))
