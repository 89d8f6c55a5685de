"""Statements on whole sets of rows, in SQL, with the types of their parameters."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Interval, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.types import TypeEngine

_MOMENT = TIMESTAMP(timezone=True)
_TYPES: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(("now", "lease_until", "since"), _MOMENT),
    **dict.fromkeys(
        ("run", "mailing", "owner", "version", "filled_to", "claimed_to", "size", "actor"),
        BigInteger(),
    ),
    **dict.fromkeys(("claim", "stop", "account", "reason", "status", "decision"), Text()),
    "everyone": Boolean(),
    "day": Date(),
    "dates": ARRAY(_MOMENT),
    "pauses": ARRAY(Interval()),
    **dict.fromkeys(("ids", "clients", "codes"), ARRAY(BigInteger())),
    **dict.fromkeys(("claims", "statuses", "enhanced", "replies"), ARRAY(Text())),
}


def statement(source: str) -> TextClause:
    """SQL whose parameters are typed by their names, so that PostgreSQL need not guess."""
    made = text(source)
    known = [name for name in made.compile().params if name in _TYPES]
    return made.bindparams(*(bindparam(name, type_=_TYPES[name]) for name in known))
