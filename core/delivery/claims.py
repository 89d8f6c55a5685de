"""Taking rows to send: a claim is durable before anything leaves, and leased, never owned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from core.db import Json, Transaction
from core.delivery.sql import statement

LEASE = timedelta(seconds=30)


@dataclass(frozen=True)
class Row:
    """A recipient as claimed: what the mail is made from."""

    client_id: int
    email: str
    values: Json
    version_id: int
    attempt: int
    claim: str


@dataclass(frozen=True)
class Claim:
    """Rows of a run taken together. `frozen` when nothing may be taken at all."""

    rows: Sequence[Row] = ()
    skipped: int = 0
    frozen: bool = False

    @property
    def empty(self) -> bool:
        return not self.rows and not self.skipped


# The lock makes a freeze wait for the claims before it, and those after it see the freeze.
STATE = statement("""
    SELECT m.status, message.active
    FROM runs JOIN mailings m ON m.id = runs.mailing_id
    JOIN messages message ON message.id = m.message_id
    WHERE runs.id = :run FOR SHARE OF m
""")

TAKE = statement("""
    WITH picked AS (
        SELECT client_id FROM deliveries
        WHERE run_id = :run AND status IN ('queued', 'deferred') AND due_at <= :now
        ORDER BY due_at LIMIT :size FOR UPDATE SKIP LOCKED
    ), judged AS (
        SELECT picked.client_id, coalesce(:stop, CASE
            WHEN c.id IS NULL THEN 'client_erased'
            WHEN c.unsubscribed_at IS NOT NULL THEN 'unsubscribed'
            WHEN NOT c.active THEN 'client_inactive'
        END) AS reason
        FROM picked LEFT JOIN clients c ON c.id = picked.client_id
    )
    UPDATE deliveries d
    SET status = CASE WHEN reason_now IS NULL THEN 'sending' ELSE 'skipped' END,
        reason = reason_now,
        claim = CASE WHEN reason_now IS NULL THEN :claim END,
        lease_until = CASE WHEN reason_now IS NULL THEN :lease_until END,
        settled_at = CASE WHEN reason_now IS NOT NULL THEN :now END,
        attempt = attempt + CASE WHEN reason_now IS NULL THEN 1 ELSE 0 END
    FROM (SELECT client_id, reason AS reason_now FROM judged) j
    WHERE d.run_id = :run AND d.client_id = j.client_id
    RETURNING d.client_id, d.email, d.values, d.version_id, d.attempt, d.claim, d.status
""")

EXTEND = statement("""
    UPDATE deliveries SET lease_until = :lease_until
    WHERE run_id = :run AND status = 'sending' AND claim = ANY(:claims)
""")

PUT_OFF = statement("""
    UPDATE deliveries d
    SET status = 'queued', claim = NULL, lease_until = NULL, attempt = attempt - 1,
        due_at = o.due_at
    FROM unnest(:clients, :dates) AS o (client_id, due_at)
    WHERE d.run_id = :run AND d.client_id = o.client_id AND d.claim = :claim
""")

EXPIRE = statement("""
    UPDATE deliveries SET status = 'uncertain', reason = 'lease_lost', lease_until = NULL,
                          settled_at = :now
    WHERE (run_id, client_id) IN (
        SELECT run_id, client_id FROM deliveries
        WHERE status = 'sending' AND lease_until < :now LIMIT 5000 FOR UPDATE SKIP LOCKED)
    RETURNING run_id
""")


async def take(tx: Transaction, run_id: int, size: int, now: datetime) -> Claim:
    """Claim up to `size` due rows; those that no longer qualify are skipped with the reason."""
    status, active = (await tx.execute(STATE, {"run": run_id})).one()
    if status == "frozen":
        return Claim(frozen=True)
    bound: dict[str, Any] = {
        "run": run_id,
        "size": size,
        "claim": uuid4().hex,
        "stop": _stop(status, active),
        "lease_until": now + LEASE,
        "now": now,
    }
    taken = (await tx.execute(TAKE, bound)).all()
    rows = [Row(*fields) for *fields, state in taken if state == "sending"]
    return Claim(rows, len(taken) - len(rows))


def _stop(status: str, message_active: bool) -> str | None:
    """Why none of the rows may be sent any more."""
    if status == "finished":
        return "mailing_finished"
    return None if message_active else "message_inactive"


async def put_off(tx: Transaction, run_id: int, claim: str, until: Mapping[int, datetime]) -> None:
    """Leave rows of a claim for later, each until its moment."""
    bound = {
        "run": run_id,
        "claim": claim,
        "clients": list(until),
        "dates": list(until.values()),
    }
    await tx.execute(PUT_OFF, bound)


async def extend(tx: Transaction, run_id: int, claims: Sequence[str], now: datetime) -> None:
    """Hold on to what is still being sent."""
    bound = {"run": run_id, "claims": list(claims), "lease_until": now + LEASE}
    await tx.execute(EXTEND, bound)


async def expire(tx: Transaction, now: datetime) -> set[int]:
    """Rows whose worker is gone may have been sent: they become uncertain. Says which runs."""
    return set((await tx.scalars(EXPIRE, {"now": now})).all())
