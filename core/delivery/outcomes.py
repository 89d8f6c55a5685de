"""Recording what became of claimed rows, many at once, by the attempt that had them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from core.db import Transaction
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


WHOSE = f"{split('each_client', 'bigint')}, {split('each_claim')}"
KNOWN = f"""
    WITH o AS (
        SELECT * FROM unnest(
            {WHOSE}, {split("statuses")}, {split("codes", "bigint")}, {split("enhanced")},
            {split("replies")}, {split("pauses", "interval")}
        ) AS o (client_id, claim, status, code, enhanced, reply, retry_in)
    ), settled AS (
        UPDATE deliveries d
        SET status = o.status, smtp_code = o.code, enhanced = o.enhanced, smtp_text = o.reply,
            account = :account, reason = CASE WHEN o.status = 'uncertain' THEN 'no_answer' END,
            due_at = coalesce(:now + o.retry_in, d.due_at), again = o.status = 'deferred',
            settled_at = :now
        FROM o WHERE d.run_id = :run AND d.client_id = o.client_id AND d.claim = o.claim
"""  # noqa: S608  the pieces are written here

RETURNED = f"""
    WITH settled AS (
        UPDATE deliveries d
        SET status = 'queued', again = true, claim = NULL, settled_at = NULL, reason = NULL,
            attempt = attempt - 1
        FROM unnest({WHOSE}) AS o (client_id, claim)
        WHERE d.run_id = :run AND d.client_id = o.client_id AND d.claim = o.claim
"""  # noqa: S608  the pieces are written here

# The lease ran out first, though nothing was handed over: the doubt is taken back. The row is
# queued while its run is open; in a finished one it failed, for the owner to try again.
RETURNED_LATE = f"""
    UPDATE deliveries d
    SET status = CASE WHEN r.status = 'sending' THEN 'queued' ELSE 'failed' END,
        reason = CASE WHEN r.status = 'sending' THEN NULL ELSE 'not_handed_over' END,
        again = r.status = 'sending', claim = NULL, attempt = attempt - 1,
        settled_at = CASE WHEN r.status = 'sending' THEN NULL ELSE d.settled_at END
    FROM unnest({WHOSE}) AS o (client_id, claim), runs r
    WHERE r.id = :run AND d.run_id = r.id AND d.client_id = o.client_id AND d.claim = o.claim
      AND d.status = 'uncertain' AND d.reason = 'lease_lost'
"""  # noqa: S608  the pieces are written here

# A claim whose last row this is ends with it.
CLOSING = """
          AND d.status = 'sending'
        RETURNING o.claim, d.email
    ), done AS (
        SELECT claim, count(*) AS rows FROM settled GROUP BY claim
    ), ended AS (
        DELETE FROM claims c USING done WHERE c.name = done.claim AND c.open <= done.rows
    ), lessened AS (
        UPDATE claims c SET open = c.open - done.rows
        FROM done WHERE c.name = done.claim AND c.open > done.rows
    )
"""

# An answer read after the lease ran out still counts, unless the owner has resolved the row or
# it would open a finished run again.
LATE = """
          AND d.status = 'uncertain' AND (
              o.status IN ('sent', 'failed')
              OR EXISTS (SELECT FROM runs WHERE id = :run AND status = 'sending'))
        RETURNING 1
    )
    SELECT count(*) FROM settled
"""

# Nobody finishes the run between the look at it and our commit.
KEEP_OPEN = statement("SELECT FROM runs WHERE id = :run FOR SHARE")

SETTLE = statement(f"{KNOWN}{CLOSING} SELECT coalesce(sum(rows), 0) FROM done")  # noqa: S608
SETTLE_LATE = statement(KNOWN + LATE)
RETURN = statement(f"{RETURNED}{CLOSING} SELECT claim, email FROM settled")  # noqa: S608
RETURN_LATE = statement(RETURNED_LATE)


async def settle(
    tx: Transaction, run_id: int, account: str, outcomes: Sequence[Settled], now: datetime
) -> Sequence[tuple[str, str]]:
    """Write outcomes down; those never handed over go back to be claimed again: their claims and
    addresses are answered."""
    given_back: Sequence[tuple[str, str]] = ()
    returned = [each for each in outcomes if each.status == "queued"]
    known = [each for each in outcomes if each.status != "queued"]
    if returned:
        whose = {"run": run_id, **_whose(returned)}
        given_back = [(claim, email) for claim, email in await rows(tx, RETURN, whose)]
        if len(given_back) < len(returned):
            await tx.execute(KEEP_OPEN, {"run": run_id})
            await tx.execute(RETURN_LATE, whose)
    if known:
        what = {"run": run_id, "account": account, "now": now, **_whose(known), **_what(known)}
        if (await rows(tx, SETTLE, what))[0][0] < len(known):
            await tx.execute(KEEP_OPEN, {"run": run_id})
            await tx.execute(SETTLE_LATE, what)
    return given_back


def _whose(outcomes: Sequence[Settled]) -> dict[str, Any]:
    clients, claims, *_ = zip(*outcomes, strict=True)
    return {"each_client": joined(map(str, clients)), "each_claim": joined(claims)}


def _what(outcomes: Sequence[Settled]) -> dict[str, Any]:
    _, _, statuses, codes, enhanced, replies, pauses = zip(*outcomes, strict=True)
    return {
        "statuses": joined(statuses),
        "codes": joined(code and str(code) for code in codes),
        "enhanced": joined(enhanced),
        "replies": joined(replies),
        "pauses": joined(pause and str(pause.total_seconds()) for pause in pauses),
    }
