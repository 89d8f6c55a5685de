"""Statements on whole sets of rows, in SQL, with the types of their parameters."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Interval, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.types import TypeEngine

from core.db import Transaction

_MOMENT = TIMESTAMP(timezone=True)
_TYPES: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(("now", "lease_until", "since", "due_by"), _MOMENT),
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


# Statistics of a run change while it is sent. A plan for a few rows of many is the right one all
# along; one made for the numbers of a moment may read the whole run for each batch.
STEADY = text("""
    SELECT clock_timestamp(), set_config('plan_cache_mode', 'force_generic_plan', true),
           set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
           set_config('enable_mergejoin', 'off', true)
""")


async def steady(tx: Transaction) -> datetime:
    """The clock; what follows in this transaction finds its rows by their keys."""
    now: datetime = (await tx.execute(STEADY)).scalar_one()
    return now


def statement(source: str) -> TextClause:
    """SQL whose parameters are typed by their names, so that PostgreSQL need not guess."""
    made = text(source)
    known = [name for name in made.compile().params if name in _TYPES]
    return made.bindparams(*(bindparam(name, type_=_TYPES[name]) for name in known))
