"""Recording what became of claimed rows, many at once, by the attempt that had them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from core.db import Transaction
from core.delivery.claims import GIVEN_BACK, HAS, KEEP_OPEN, TRIED, UNDOUBTED
from core.delivery.sql import joined, rows, split, statement

Status = Literal["sent", "deferred", "failed", "uncertain", "queued"]


class Settled(NamedTuple):
    """What is known of a row after an attempt; `queued` means that nothing was handed over."""

    client_id: int
    claim: str
    status: Status
    code: int | None = None
    enhanced: str | None = None
    reply: str | None = None
    retry_in: timedelta | None = None


CLIENTS = split("each_client", "bigint")
SAID = f"""
    o AS (
        SELECT * FROM unnest(
            {CLIENTS}, {split("statuses")}, {split("codes", "bigint")}, {split("enhanced")},
            {split("replies")}, {split("pauses", "interval")}
        ) AS o (client_id, status, code, enhanced, reply, retry_in)
    )
"""  # noqa: S608  the pieces are written here
KNOWN = """
    status = o.status, smtp_code = o.code, enhanced = o.enhanced, smtp_text = o.reply,
    account = :account, reason = CASE WHEN o.status = 'uncertain' THEN 'no_answer' END,
    due_at = coalesce(:now + o.retry_in, d.due_at), again = o.status = 'deferred',
    settled_at = :now
"""

# Held until the commit: either the lease runs out after this, or these rows are in doubt already.
OPEN = "of AS (SELECT * FROM claims WHERE name = :claim FOR UPDATE)"
# A claim whose last row this is ends with it.
CLOSING = """
    ended AS (
        DELETE FROM claims WHERE name = :claim AND open <= (SELECT count(*) FROM settled)
    ), lessened AS (
        UPDATE claims SET open = open - (SELECT count(*) FROM settled)
        WHERE name = :claim AND open > (SELECT count(*) FROM settled)
    )
"""
SETTLE = statement(f"""
    WITH {OPEN}, {SAID}, settled AS (
        UPDATE deliveries d SET {KNOWN}, claim = :claim, {TRIED}
        FROM of, o WHERE d.client_id = o.client_id AND {HAS}
        RETURNING 1
    ), {CLOSING}
    SELECT count(*) FROM settled
""")  # noqa: S608  the pieces are written here

# An answer read after the lease ran out still counts, unless the owner has resolved the row. In a
# finished run nobody tries again: who was to be tried again has failed. That a row is in doubt
# because of the server is written down as well: it was handed over, for certain.
SETTLE_LATE = statement(f"""
    WITH {SAID}, late AS (
        SELECT o.client_id, o.code, o.enhanced, o.reply, o.retry_in,
               CASE WHEN o.status = 'deferred' AND r.status <> 'sending' THEN 'failed'
                    ELSE o.status END AS status
        FROM o, runs r WHERE r.id = :run
    )
    UPDATE deliveries d SET {KNOWN}
    FROM late AS o
    WHERE d.run_id = :run AND d.client_id = o.client_id AND d.claim = :claim
      AND d.status = 'uncertain'
""")  # noqa: S608  the pieces are written here

RETURN = statement(f"""
    WITH {OPEN}, settled AS (
        UPDATE deliveries d SET {GIVEN_BACK}, settled_at = NULL, reason = NULL
        FROM of, unnest({CLIENTS}) AS o (client_id) WHERE d.client_id = o.client_id AND {HAS}
        RETURNING d.email
    ), {CLOSING}
    SELECT email FROM settled
""")  # noqa: S608  the pieces are written here

RETURN_LATE = statement(f"""
    UPDATE deliveries d
    SET {UNDOUBTED}, settled_at = CASE WHEN r.status = 'sending' THEN NULL ELSE d.settled_at END
    FROM unnest({CLIENTS}) AS o (client_id), runs r
    WHERE r.id = :run AND d.run_id = r.id AND d.client_id = o.client_id AND d.claim = :claim
      AND d.status = 'uncertain' AND d.reason = 'lease_lost'
""")  # noqa: S608  the pieces are written here


async def settle(
    tx: Transaction, run_id: int, account: str, outcomes: Sequence[Settled], now: datetime
) -> Sequence[tuple[str, str]]:
    """Write outcomes down; those never handed over go back to be claimed again: their claims and
    addresses are answered."""
    given_back: list[tuple[str, str]] = []
    for claim, of_claim in _by_claim(outcomes).items():
        whose = {"run": run_id, "claim": claim}
        returned = [each for each in of_claim if each.status == "queued"]
        known = [each for each in of_claim if each.status != "queued"]
        if returned:
            given_back += [(claim, email) for email in await _return(tx, whose, returned)]
        if known:
            await _settle(tx, whose | {"account": account, "now": now}, known)
    return given_back


def _by_claim(outcomes: Sequence[Settled]) -> dict[str, list[Settled]]:
    claims: defaultdict[str, list[Settled]] = defaultdict(list)
    for outcome in outcomes:
        claims[outcome.claim].append(outcome)
    return claims


async def _return(
    tx: Transaction, whose: dict[str, Any], outcomes: Sequence[Settled]
) -> Sequence[str]:
    bound = whose | {"each_client": joined(str(each.client_id) for each in outcomes)}
    emails = [row[0] for row in await rows(tx, RETURN, bound)]
    if len(emails) < len(outcomes):
        await tx.execute(KEEP_OPEN, {"run": whose["run"]})
        await tx.execute(RETURN_LATE, bound)
    return emails


async def _settle(tx: Transaction, whose: dict[str, Any], outcomes: Sequence[Settled]) -> None:
    bound = whose | _said(outcomes)
    if (await rows(tx, SETTLE, bound))[0][0] < len(outcomes):
        await tx.execute(KEEP_OPEN, {"run": whose["run"]})
        await tx.execute(SETTLE_LATE, bound)


def _said(outcomes: Sequence[Settled]) -> dict[str, str]:
    clients, _, statuses, codes, enhanced, replies, pauses = zip(*outcomes, strict=True)
    return {
        "each_client": joined(map(str, clients)),
        "statuses": joined(statuses),
        "codes": joined(code and str(code) for code in codes),
        "enhanced": joined(enhanced),
        "replies": joined(replies),
        "pauses": joined(pause and str(pause.total_seconds()) for pause in pauses),
    }
