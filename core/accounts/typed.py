"""Limits by domain and warm-up plans as people write them: `gmail.com 10/s 500/h`, `50, 100`."""

import re

import idna

from core.accounts.rules import EVERYBODY
from core.db import Json
from core.errors import Invalid
from core.i18n import N_
from core.typed import shortened

UNITS = {"s": "per_second", "h": "per_hour", "d": "per_day"}
MOST = 1_000_000_000
MOST_LINES = 100
MOST_DAYS = 365

NO_LIMIT = N_(
    "“{typed}” is not a limit. A domain a line with its limits a second, an hour, a day, for "
    "example: gmail.com 10/s 500/h 5000/d; * stands for all others."
)
NO_PLAN = N_(
    "“{typed}” is not a warm-up plan: the most letters of the first day, the second and so on, for "
    "example: 50, 100, 200, 400"
)

_LIMIT = re.compile(r"(\d{1,10})/([shd])")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")


def read_limits(typed: str) -> Json:
    """Limits by recipient domain, as they are kept."""
    lines = [line for line in typed.lower().splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Invalid(NO_LIMIT, typed=shortened(lines[MOST_LINES]))
    return dict(_line(line) for line in lines)


def write_limits(kept: Json) -> str:
    """The same for people: by name, all others last."""
    lines = []
    for domain, limits in sorted(kept.items(), key=lambda pair: (pair[0] == EVERYBODY, pair[0])):
        words = (f"{limits[key]}/{unit}" for unit, key in UNITS.items() if limits.get(key))
        lines.append(" ".join((domain, *words)))
    return "\n".join(lines)


def check_limits(typed: str) -> str:
    """As they will read once they are kept."""
    return write_limits(read_limits(typed))


def read_plan(typed: str) -> list[int]:
    """The most of each day of a warm-up."""
    days = re.split(r"[\s,;]+", typed.strip(" \t\r\n,;")) if typed.strip() else []
    if len(days) > MOST_DAYS or not all(re.fullmatch(r"[1-9]\d{0,8}", day) for day in days):
        raise Invalid(NO_PLAN, typed=shortened(typed))
    return [int(day) for day in days]


def write_plan(kept: list[int]) -> str:
    """The same for people."""
    return ", ".join(map(str, kept))


def check_plan(typed: str) -> str:
    """As it will read once it is kept."""
    return write_plan(read_plan(typed))


def _line(line: str) -> tuple[str, Json]:
    domain, *words = line.replace(",", " ").replace(":", " ").split()
    found = [_LIMIT.fullmatch(word) for word in words]
    limits = {UNITS[each[2]]: int(each[1]) for each in found if each}
    known = len(limits) == len(words) > 0
    if not known or not all(0 < limit <= MOST for limit in limits.values()):
        raise Invalid(NO_LIMIT, typed=shortened(line))
    return _domain(domain, line), limits


def _domain(typed: str, line: str) -> str:
    try:
        domain = typed if typed == EVERYBODY else idna.encode(typed, uts46=True).decode()
    except idna.IDNAError as error:
        raise Invalid(NO_LIMIT, typed=shortened(line)) from error
    if domain != EVERYBODY and not _DOMAIN.fullmatch(domain):
        raise Invalid(NO_LIMIT, typed=shortened(line))
    return domain
