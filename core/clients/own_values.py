"""What may stand in an owner's own field.

A value is kept as it reads in a letter: a date as 31.12.2026, a number with its point.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from core.clients.extras import check_date, check_line
from core.errors import Invalid
from core.i18n import N_
from core.typed import one_line, shortened

MAX_VALUE = 500
KINDS = {"text": N_("Text"), "number": N_("A number"), "date": N_("Date")}
OwnKinds = Mapping[str, tuple[str, str]]  # column name -> key and kind
_SPACES = re.compile(r"[\s\u00a0\u202f']")


def kind_of(values: list[str]) -> str:
    """What values out of a file are: the narrowest kind that fits them all."""
    filled = [value for value in values if value]
    for kind in ("date", "number"):
        if filled and all(_fits(kind, value) for value in filled):
            return kind
    return "text"


def _fits(kind: str, value: str) -> bool:
    try:
        return bool(check_own(kind, value))
    except Invalid:
        return False


def check_own(kind: str, typed: str) -> str:
    """A value of a field of that kind, as it is kept; empty is fine."""
    value = one_line(typed)
    if kind == "date":
        day = check_date(value)
        return f"{day:%d.%m.%Y}" if day else ""
    if kind == "number":
        return _number(value)
    return check_line(value, MAX_VALUE)


def _number(value: str) -> str:
    plain = _SPACES.sub("", value).replace(",", ".")
    if not plain.strip("-–—"):
        return ""
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(plain) > 30:
        raise Invalid(
            N_("“{value}” is not a number. It should look like 1500 or 3.5"),
            value=shortened(value),
        )
    return plain
