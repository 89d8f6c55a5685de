"""Recording what became of claimed rows, many at once, by the attempt that had them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from core.db import Transaction
from core.delivery.sql import statement

Status = Literal["sent", "deferred", "failed", "uncertain", "queued"]


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of a row after an attempt; `queued` means that nothing was handed over."""

    client_id: int
    claim: str
    status: Status
    code: int | None = None
    enhanced: str | None = None
    reply: str | None = None
    retry_in: timedelta | None = None


# An answer read after the lease ran out still counts, unless the owner has resolved the row or
# it would open a finished run again.
SETTLE = statement("""
    UPDATE deliveries d
    SET status = o.status, smtp_code = o.code, enhanced = o.enhanced, smtp_text = o.reply,
        account = :account, reason = CASE WHEN o.status = 'uncertain' THEN 'no_answer' END,
        due_at = coalesce(:now + o.retry_in, d.due_at),
        lease_until = NULL, settled_at = :now
    FROM unnest(:clients, :claims, :statuses, :codes, :enhanced, :replies, :pauses)
         AS o (client_id, claim, status, code, enhanced, reply, retry_in)
    WHERE d.run_id = :run AND d.client_id = o.client_id AND d.claim = o.claim
      AND (d.status = 'sending' OR d.status = 'uncertain' AND (
          o.status IN ('sent', 'failed')
          OR EXISTS (SELECT FROM runs WHERE id = :run AND status = 'sending')))
""")

RETURN = statement("""
    UPDATE deliveries d
    SET status = 'queued', claim = NULL, lease_until = NULL, settled_at = NULL, reason = NULL,
        attempt = attempt - 1
    FROM unnest(:clients, :claims) AS o (client_id, claim)
    WHERE d.run_id = :run AND d.client_id = o.client_id AND d.claim = o.claim
      AND (d.status = 'sending' OR d.status = 'uncertain'
           AND EXISTS (SELECT FROM runs WHERE id = :run AND status = 'sending'))
    RETURNING o.claim, d.email
""")


async def settle(
    tx: Transaction, run_id: int, account: str, outcomes: Sequence[Settled], now: datetime
) -> Sequence[tuple[str, str]]:
    """Write outcomes down; those never handed over go back to be claimed again: their claims and
    addresses are answered."""
    given_back: Sequence[tuple[str, str]] = ()
    returned = [each for each in outcomes if each.status == "queued"]
    known = [each for each in outcomes if each.status != "queued"]
    if returned:
        found = await tx.execute(RETURN, {"run": run_id, **_whose(returned)})
        given_back = [(claim, email) for claim, email in found]
    if known:
        values = {"run": run_id, "account": account, "now": now, **_whose(known), **_what(known)}
        await tx.execute(SETTLE, values)
    return given_back


def _whose(outcomes: Sequence[Settled]) -> dict[str, Any]:
    return {
        "clients": [each.client_id for each in outcomes],
        "claims": [each.claim for each in outcomes],
    }


def _what(outcomes: Sequence[Settled]) -> dict[str, Any]:
    return {
        "statuses": [each.status for each in outcomes],
        "codes": [each.code for each in outcomes],
        "enhanced": [each.enhanced for each in outcomes],
        "replies": [each.reply for each in outcomes],
        "pauses": [each.retry_in for each in outcomes],
    }
