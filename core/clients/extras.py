"""What else is known of a client: where they live, what they speak, what they agreed to.

People and programs write these in many ways; a long list repeats a few of them, so each spelling
is understood once.
"""

import re
from datetime import date, datetime
from functools import cache, lru_cache
from zoneinfo import available_timezones

from babel import Locale

from core.errors import Invalid
from core.i18n import LOCALES, N_
from core.typed import one_line, shortened
from core.users import countries, zones

MAX_SHORT = 100
MAX_CONSENT = 200
_DATES = ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y", "%Y.%m.%d", "%Y/%m/%d")
_TIME = re.compile(r"[ T]\d{1,2}:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?$")
_ZONES = {
    "мск": "Europe/Moscow",
    "msk": "Europe/Moscow",
    "питер": "Europe/Moscow",
    "санкт-петербург": "Europe/Moscow",
    "cet": "Europe/Berlin",
    "utc": "UTC",
    "gmt": "UTC",
}


@lru_cache(maxsize=2000)
def check_country(text: str) -> str | None:
    """A country's code out of its code or its name in Russian or English."""
    typed = one_line(text)
    if not typed.strip("-–—"):
        return None
    if found := countries.named(typed):
        return found.code
    raise Invalid(
        N_("“{value}” is no country. Its name or code is expected, for example: Germany or DE"),
        value=shortened(typed),
    )


@lru_cache(maxsize=2000)
def check_timezone(text: str) -> str | None:
    """A time zone out of its name or a city that has it: Europe/Moscow, Казань, Berlin."""
    typed = one_line(text)
    if not typed.strip("-–—"):
        return None
    found = _zone_names().get(typed.casefold().replace("ё", "е"))
    if found is None:
        raise Invalid(
            N_(
                "“{value}” is no time zone. A large city or a name like Europe/Moscow is expected,"
                " for example: Yekaterinburg"
            ),
            value=shortened(typed),
        )
    return found


@cache
def _zone_names() -> dict[str, str]:
    """Every spelling of every zone."""
    found = dict(_ZONES)
    for name in sorted(zones.known_zones()):
        for spelling in (name, *(zones.city(name, locale) for locale in LOCALES)):
            found.setdefault(spelling.casefold().replace("ё", "е"), name)
    for name in available_timezones():  # of older days: Europe/Kiev
        if "/" in name:
            found.setdefault(name.casefold(), name)
    return found


@lru_cache(maxsize=2000)
def check_language(text: str) -> str | None:
    """A language's code out of its code or its name in Russian, in English or in itself."""
    typed = one_line(text)
    if not typed.strip("-–—"):
        return None
    known = _languages()
    plain = typed.casefold().replace("_", "-")
    found = known.get(plain) or known.get(plain.partition("-")[0])
    if found is None:
        raise Invalid(
            N_("“{value}” is no language. A name or a code is expected, for example: English"),
            value=shortened(typed),
        )
    return found


@cache
def _languages() -> dict[str, str]:
    found: dict[str, str] = {}
    for locale in LOCALES:
        for code, name in Locale(locale).languages.items():
            if len(code) == 2:
                found[code] = code
                found.setdefault(name.casefold(), code)
    return found


def language_name(code: str, locale: str) -> str:
    """A language in the reader's language."""
    return str(Locale(locale).languages.get(code, code))


def check_line(text: str, limit: int) -> str:
    """One line of free words, up to so many characters."""
    value = one_line(text)
    if len(value) > limit:
        raise Invalid(
            N_("Up to {limit} characters fit here, and these are {length}."),
            limit=limit,
            length=len(value),
        )
    return value


@lru_cache(maxsize=5000)
def check_short(text: str) -> str:
    """A city or a company."""
    return check_line(text, MAX_SHORT)


@lru_cache(maxsize=2000)
def check_consent(text: str) -> str:
    """Where consent was given: words that the owner can find it by."""
    return check_line(text, MAX_CONSENT)


@lru_cache(maxsize=5000)
def check_date(text: str) -> date | None:
    """A day as people and spreadsheets write it."""
    typed = _TIME.sub("", one_line(text))
    if not typed.strip("-–—"):
        return None
    for pattern in _DATES:
        try:
            found = datetime.strptime(typed, pattern).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        if 1900 <= found.year <= 2100:
            return found
    raise Invalid(
        N_("“{value}” is not a date. It should look like 31.12.2026"), value=shortened(typed)
    )


def country_name(code: str | None, locale: str) -> str:
    """A country in the reader's language."""
    return str(Locale(locale).territories.get(code, code)) if code else ""


def shown_date(day: date | None) -> str:
    """A day as letters and lists have it."""
    return f"{day:%d.%m.%Y}" if day else ""
