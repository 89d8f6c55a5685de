"""Statements on whole sets of rows, in SQL, with the types of their parameters.

`rows` runs one on the driver itself, within the transaction: what SQLAlchemy does for each row of
a result costs more than its mail. Sets of values go as one text each (`joined`, `split`), since
the driver examines every element of an array.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.types import TypeEngine

from core.db import Transaction

_BETWEEN = "\x1f"
_UNFIT = re.compile(r"[\0\x1f]")
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
    **dict.fromkeys(("ids", "clients"), ARRAY(BigInteger())),
    "claims": ARRAY(Text()),
    **dict.fromkeys(("each_client", "statuses", "codes", "enhanced", "replies", "pauses"), Text()),
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


async def rows(tx: Transaction, made: TextClause, bound: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement as the driver gives them, in a transaction that has begun."""
    source, names = _numbered(made)
    raw = await (await tx.connection()).get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None and driver.is_in_transaction()  # noqa: S101, PT018
    try:
        found: Sequence[Any] = await driver.fetch(source, *[bound[name] for name in names])
    except asyncio.CancelledError:
        raw.invalidate()  # the driver is in the middle of something: a rollback would wait for it
        raise
    return found


@lru_cache(maxsize=32)
def _numbered(made: TextClause) -> tuple[str, Sequence[str]]:
    compiled = made.compile(dialect=dialect())  # type: ignore[no-untyped-call]
    return str(compiled), tuple(compiled.positiontup or ())


def split(name: str, kind: str = "text") -> str:
    """SQL for the values that were `joined`."""
    return f"CAST(string_to_array(:{name}, chr({ord(_BETWEEN)}), '') AS {kind}[])"


def joined(values: Iterable[str | None]) -> str:
    """Values as one text; None and nothing are NULL."""
    words = [value or "" for value in values]
    whole = _BETWEEN.join(words)
    if whole.count(_BETWEEN) >= len(words) or "\0" in whole:
        whole = _BETWEEN.join([_UNFIT.sub(" ", word) for word in words])
    return whole
