"""Time zones: those of a country, the likely one, and what the clock shows there now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import get_timezone_location

# Where most people live, for countries whose list in zone.tab begins elsewhere.
_MAIN = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CY": "Asia/Nicosia",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
_UNINHABITED = "UTC"


@dataclass(frozen=True)
class Zone:
    """A zone as a person picks it: a city, and what the clock shows there."""

    name: str
    city: str
    clock: str
    offset: timedelta

    @property
    def label(self) -> str:
        return f"{self.clock} · {self.city}"


@cache
def _table() -> dict[str, tuple[str, ...]]:
    rows = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines()
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if not row.startswith("#"):
            code, _, name = row.split("\t")[:3]
            found[code] = (*found.get(code, ()), name)
    return found


@cache
def known_zones() -> frozenset[str]:
    """The names that an old button or a form may bring."""
    return frozenset(name for names in _table().values() for name in names) | {_UNINHABITED}


def names_of(country: str) -> tuple[str, ...]:
    """The names of the country's zones."""
    return _table().get(country, (_UNINHABITED,))


def zone(name: str, locale: str, now: datetime) -> Zone:
    """A zone as it is shown."""
    local = now.astimezone(ZoneInfo(name))
    return Zone(name, city(name, locale), f"{local:%H:%M}", local.utcoffset() or timedelta())


def zones_of(country: str, locale: str, now: datetime) -> list[Zone]:
    """The country's zones, west to east, the likely one first."""
    names = names_of(country)
    likely = guess(country)
    found = [zone(name, locale, now) for name in names]
    return sorted(found, key=lambda z: (z.name != likely, z.offset, z.city))


def guess(country: str, phone: str | None = None) -> str:
    """The zone of the phone's region when the country has several, else its main one."""
    names = names_of(country)
    by_phone = _by_phone(phone) if phone and len(names) > 1 else None
    return by_phone if by_phone in names else _MAIN.get(country, names[0])


def _by_phone(phone: str) -> str | None:
    from phonenumbers.timezone import time_zones_for_number  # its table is large

    found = time_zones_for_number(phonenumbers.parse(phone))
    return found[0] if len(found) == 1 else None


@cache
def city(name: str, locale: str) -> str:
    """A zone as people call it: by its city."""
    if name == _UNINHABITED:
        return "UTC"
    return str(get_timezone_location(name, locale=locale, return_city=True)).rpartition("/")[2]
