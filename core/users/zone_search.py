"""A time zone by a typed city, its difference to UTC or Moscow, or the time on a clock there."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path

from core.errors import Invalid
from core.i18n import LOCALES, N_
from core.typed import shortened
from core.users.zones import Zone, city, known_zones, names_of, zone, zones_of

_CITIES = Path(__file__).with_name("cities.txt")
_CLOCK = re.compile(r"([01]?\d|2[0-3])\s*[:.\-ч ]\s*([0-5]\d)\s*(am|pm)?", re.IGNORECASE)
_OFFSET = re.compile(r"(utc|gmt|msk|мск)? ?(?:([+-]) ?([0-9]{1,2})(?::?([0-5][0-9]))?)?")
_UNSAID = re.compile(r"^(?:г|город|по)\.? | (?:time|время|времени)$")
_MOSCOW = timedelta(hours=3)
_WINTER, _SUMMER = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)
# What zones are called by letters, in winter and in summer.
_LETTERS = {
    "wet": "Europe/Lisbon",
    "cet cest": "Europe/Berlin",
    "eet eest": "Europe/Helsinki",
    "est edt": "America/New_York",
    "cst cdt": "America/Chicago",
    "mst mdt": "America/Denver",
    "pst pdt": "America/Los_Angeles",
    "jst": "Asia/Tokyo",
}
_LETTERED = {word: name for words, name in _LETTERS.items() for word in words.split()}
_DAY = 24 * 60
_NEAR = 10  # minutes that a clock may be wrong, or an answer late

UNKNOWN = N_(
    "No time zone is found by “{typed}”. Type a large city near you, UTC+3, or the time on your "
    "clock, for example: {clock}"
)


def search(typed: str, country: str, locale: str, now: datetime) -> list[Zone]:
    """Zones that fit what was typed, those of the country first; Invalid when there is none."""
    clock = _CLOCK.fullmatch(typed.strip())
    found = _by_clock(clock, country, locale, now) if clock else _by_city(typed, locale, now)
    found = found or _by_offset(typed, country, locale, now)
    if not found:
        here = zones_of(country, locale, now)[0]
        raise Invalid(UNKNOWN, typed=shortened(typed), clock=here.clock)
    own = names_of(country)
    return sorted(found, key=lambda each: each.name not in own)


def _by_clock(clock: re.Match[str], country: str, locale: str, now: datetime) -> list[Zone]:
    """Where it is that time now: of the country if it is that time somewhere there, else of all."""
    hour, minute = int(clock[1]), int(clock[2])
    if (half := (clock[3] or "").lower()) and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    wanted = hour * 60 + minute
    own = zones_of(country, locale, now)
    everywhere = (zone(name, locale, now) for name in sorted(known_zones()))
    return _there(own, wanted, now) or _there(list(everywhere), wanted, now)


def _by_offset(typed: str, country: str, locale: str, now: datetime) -> list[Zone]:
    """So far from UTC, “UTC+5”, or from Moscow, “МСК+2”; of the country if it has such a zone.

    A zone is known by what it has now or, failing that, by what it has in winter.
    """
    text = " ".join(typed.lower().split())
    own = [each.name for each in zones_of(country, locale, now)]
    if (lettered := _LETTERED.get(text)) is not None:
        found = [name for name in own if _year(name) == _year(lettered)] or [lettered]
        return [zone(name, locale, now) for name in found]
    match = _OFFSET.fullmatch(text)
    if not text or match is None:
        return []
    for names, moment in product((own, sorted(known_zones())), (now, _WINTER)):
        if found := [n for n in names if zone(n, locale, moment).offset == _offset(match)]:
            return [zone(name, locale, now) for name in found]
    return []


def _year(name: str) -> tuple[timedelta, timedelta]:
    """How far from UTC it is in winter and in summer."""
    winter, summer = (zone(name, "en", moment).offset for moment in (_WINTER, _SUMMER))
    return winter, summer


def _offset(match: re.Match[str]) -> timedelta:
    base, sign, hours, minutes = match.groups()
    away = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    start = _MOSCOW if base in ("msk", "мск") else timedelta()
    return start - away if sign == "-" else start + away


def _there(zones: list[Zone], wanted: int, now: datetime) -> list[Zone]:
    away = [(_minutes_away(each.offset, wanted, now), each) for each in zones]
    return [each for minutes, each in away if minutes <= _NEAR]


def _minutes_away(offset: timedelta, wanted: int, now: datetime) -> int:
    local = now.astimezone(now.tzinfo) + offset - (now.utcoffset() or timedelta())
    difference = (local.hour * 60 + local.minute - wanted) % _DAY
    return min(difference, _DAY - difference)


def _by_city(typed: str, locale: str, now: datetime) -> list[Zone]:
    wanted = _UNSAID.sub("", _folded(typed.partition(",")[0]))
    if len(wanted) < 2:
        return []
    names = _names()
    exact = {zone_ for name, zone_ in names if name == wanted}
    begins = {zone_ for name, zone_ in names if name.startswith(wanted)}
    return [zone(name, locale, now) for name in sorted(exact or begins)]


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Every known name of a city with its zone."""
    found = [(_folded(city(name, locale)), name) for name in known_zones() for locale in LOCALES]
    found += [(_folded(name), name) for name in known_zones()]
    for line in _CITIES.read_text("utf-8").splitlines():
        name, _, more = line.partition(": ")
        found += [(_folded(each), name) for each in more.split()]
    return tuple(found)


def _folded(text: str) -> str:
    return re.sub(r"[\s_\-]+", " ", text.strip().casefold().replace("ё", "е"))
