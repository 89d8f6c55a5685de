"""Taking rows to send: a claim is durable before anything leaves, and leased, never owned."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any, NamedTuple
from uuid import uuid4

from core.db import Json, Transaction
from core.delivery.sql import rows, statement
from core.mailings.quiet import ZONE, Quiet

LEASE = timedelta(seconds=30)
AT_ONCE = 1000  # are left out
WHENEVER = timedelta(days=36500)  # what is sent no more need not wait for its moment
QUIET = "quiet_hours"  # the reason of those who wait for the end of theirs


class Row(NamedTuple):
    """A recipient as claimed: what the mail is made from."""

    client_id: int
    email: str
    values: Json
    version_id: int
    attempt: int
    claim: str


@dataclass(frozen=True)
class Claim:
    """Rows of a run taken together. `frozen` when nothing may be taken at all.

    `asleep` are those who were taken in their quiet hours and left for later.
    """

    rows: Sequence[Row] = ()
    skipped: int = 0
    frozen: bool = False
    asleep: int = 0

    @property
    def empty(self) -> bool:
        return not self.rows and not self.skipped


# Why a client gets nothing, or NULL.
REASON = """
    coalesce(:stop, CASE
        WHEN c.id IS NULL THEN 'client_erased'
        WHEN c.unsubscribed_at IS NOT NULL THEN 'unsubscribed'
        WHEN NOT c.active THEN 'client_inactive'
        WHEN EXISTS (
            SELECT FROM suppressions s WHERE s.email = lower(c.email)
              AND (s.owner_id IS NULL OR s.owner_id = c.owner_id)) THEN 'suppressed'
    END)
"""

# Whether `d` is among the rows that the claim `of` has.
HAS = """
    d.run_id = of.run_id AND d.client_id BETWEEN of.first_id AND of.last_id
    AND CASE WHEN of.whole THEN d.status = 'queued' AND NOT d.again
             ELSE d.status = 'sending' AND d.claim = of.name END
"""
# An attempt is counted when a row is written to: of a whole range, with its outcome.
TRIED = "attempt = attempt + CASE WHEN d.status = 'queued' THEN 1 ELSE 0 END"
NOT_TRIED = "attempt = attempt - CASE WHEN d.status = 'queued' THEN 0 ELSE 1 END"

# Nothing of a row was handed over: it waits for another claim.
GIVEN_BACK = f"status = 'queued', again = true, claim = NULL, {NOT_TRIED}"
# The same of one whose lease has run out meanwhile: the doubt is taken back. It is queued while its
# run is open; in a finished one it failed, for the owner to try again.
UNDOUBTED = """
    status = CASE WHEN r.status = 'sending' THEN 'queued' ELSE 'failed' END,
    reason = CASE WHEN r.status = 'sending' THEN NULL ELSE 'not_handed_over' END,
    again = r.status = 'sending', claim = NULL, attempt = attempt - 1
"""

# The lock makes a freeze wait for the claims before it, and those after it see the freeze.
# Workers that share a run claim one after the other.
STATE = statement("""
    SELECT m.status, message.active, runs.claimed_to, runs.send_before, u.timezone,
           m.quiet_from, m.quiet_to
    FROM runs JOIN mailings m ON m.id = runs.mailing_id
    JOIN messages message ON message.id = m.message_id
    JOIN users u ON u.id = m.owner_id
    WHERE runs.id = :run FOR SHARE OF m FOR NO KEY UPDATE OF runs
""")
LOOK = statement("""
    SELECT m.status, runs.send_before FROM runs JOIN mailings m ON m.id = runs.mailing_id
    WHERE runs.id = :run
""")

# Whose turn it is out of order. The constant limits tell the planner that it is about a few rows,
# whatever `size` will be; they are read no further than `size`. Otherwise it would join all of a
# run's rows. Each row is judged once, whatever is made of the reason, and changed where it was
# found.
TAKE_AGAIN = statement(f"""
    WITH picked AS (
        SELECT place, client_id FROM (
            SELECT ctid AS place, client_id FROM deliveries
            WHERE run_id = :run AND again AND due_at <= :due_by
            ORDER BY due_at LIMIT 4000 FOR UPDATE SKIP LOCKED) few
        LIMIT :size
    ), judged AS MATERIALIZED (
        SELECT picked.place, {REASON} AS reason
        FROM picked LEFT JOIN clients c ON c.id = picked.client_id
    ), taken AS (
        UPDATE deliveries d
        SET status = CASE WHEN j.reason IS NULL THEN 'sending' ELSE 'skipped' END,
            reason = j.reason, again = false,
            claim = CASE WHEN j.reason IS NULL THEN :claim END,
            settled_at = CASE WHEN j.reason IS NOT NULL THEN :now END,
            attempt = attempt + CASE WHEN j.reason IS NULL THEN 1 ELSE 0 END
        FROM judged j
        WHERE d.run_id = :run AND d.ctid = j.place AND d.status IN ('queued', 'deferred')
        RETURNING d.client_id, d.email, d.values ::text AS values, d.version_id, d.attempt, d.reason
    ), opened AS (
        INSERT INTO claims (name, run_id, first_id, last_id, whole, open, lease_until)
        SELECT :claim, :run, min(client_id), max(client_id), false, count(*), :lease_until
        FROM taken WHERE reason IS NULL HAVING count(*) > 0
    )
    TABLE taken
""")  # noqa: S608  the pieces are written here

# The next in order. Only those who are left out are written to: the claim's range says the rest.
TAKE_NEXT = statement(f"""
    WITH picked AS (
        SELECT * FROM (
            SELECT ctid AS place, client_id, email, values, version_id FROM deliveries
            WHERE run_id = :run AND client_id > :claimed_to
            ORDER BY client_id LIMIT 4000) few
        LIMIT :size
    ), moved AS (
        UPDATE runs SET claimed_to = last.client_id
        FROM (SELECT max(client_id) AS client_id FROM picked) last
        WHERE id = :run AND last.client_id IS NOT NULL
    ), judged AS MATERIALIZED (
        SELECT picked.*, {REASON} AS reason
        FROM picked LEFT JOIN clients c ON c.id = picked.client_id
    ), left_out AS (
        UPDATE deliveries d SET status = 'skipped', reason = j.reason, settled_at = :now
        FROM judged j WHERE d.run_id = :run AND d.ctid = j.place AND j.reason IS NOT NULL
    ), opened AS (
        INSERT INTO claims (name, run_id, first_id, last_id, whole, open, lease_until)
        SELECT :claim, :run, min(client_id), max(client_id), true, count(*), :lease_until
        FROM judged WHERE reason IS NULL HAVING count(*) > 0
    )
    SELECT client_id, email, values ::text AS values, version_id, 1 AS attempt, reason FROM judged
""")  # noqa: S608  the pieces are written here

EXTEND = statement("""
    UPDATE claims SET lease_until = :lease_until WHERE name = ANY(:claims) RETURNING name
""")

PUT_OFF = statement(f"""
    WITH later AS (
        UPDATE deliveries d
        SET {GIVEN_BACK}, due_at = o.due_at, reason = :reason
        FROM claims of, unnest(:clients, :dates) AS o (client_id, due_at)
        WHERE of.name = :claim AND d.client_id = o.client_id AND {HAS}
        RETURNING 1
    ), ended AS (
        DELETE FROM claims WHERE name = :claim AND open <= (SELECT count(*) FROM later)
    )
    UPDATE claims SET open = open - (SELECT count(*) FROM later)
    WHERE name = :claim AND open > (SELECT count(*) FROM later)
""")  # noqa: S608  the pieces are written here

EXPIRE = statement(f"""
    WITH of AS (
        DELETE FROM claims WHERE lease_until < :now RETURNING *
    ), doubted AS (
        UPDATE deliveries d
        SET status = 'uncertain', reason = 'lease_lost', settled_at = :now, claim = of.name, {TRIED}
        FROM of WHERE {HAS}
    )
    SELECT run_id FROM of
""")  # noqa: S608  the pieces are written here


# Nobody finishes the run between the look at it and our commit.
KEEP_OPEN = statement("SELECT FROM runs WHERE id = :run FOR SHARE")
GIVE_BACK = statement(f"""
    WITH of AS (
        DELETE FROM claims WHERE name = ANY(:claims) RETURNING *
    ), returned AS (
        UPDATE deliveries d SET {GIVEN_BACK} FROM of WHERE {HAS}
    )
    UPDATE deliveries d SET {UNDOUBTED}
    FROM runs r
    WHERE r.id = :run AND d.run_id = r.id AND d.claim = ANY(:claims)
      AND d.status = 'uncertain' AND d.reason = 'lease_lost'
""")  # noqa: S608  the pieces are written here


async def take(
    tx: Transaction, run_id: int, size: int, now: datetime, name: str | None = None
) -> Claim:
    """Claim up to `size` due rows; those that no longer qualify are skipped with the reason."""
    state = (await tx.execute(STATE, {"run": run_id})).one()
    if state.status == "frozen":
        return Claim(frozen=True)
    claim = await _taken(tx, run_id, state, size, now, name or uuid4().hex)
    hours = Quiet.of(state.quiet_from, state.quiet_to)
    if not hours or not claim.rows:
        return claim
    return await _awake(tx, run_id, claim, hours, state.timezone, now)


async def is_over(tx: Transaction, run_id: int, now: datetime) -> bool:
    """Whether those of a run who wait are to get nothing any more: see `leave_out`."""
    return _is_over((await tx.execute(LOOK, {"run": run_id})).one(), now)


async def leave_out(tx: Transaction, run_id: int, now: datetime) -> int:
    """Skip the next of those who wait, if the run is over for them; says how many."""
    state = (await tx.execute(STATE, {"run": run_id})).one()
    if not _is_over(state, now):
        return 0
    return (await _taken(tx, run_id, state, AT_ONCE, now, uuid4().hex)).skipped


async def _taken(
    tx: Transaction, run_id: int, state: Any, size: int, now: datetime, name: str
) -> Claim:
    stop = _stop(state.status, state.active, _late(state, now))
    bound: dict[str, Any] = {
        "run": run_id,
        "size": size,
        "claim": name,
        "stop": stop,
        "lease_until": now + LEASE,
        "now": now,
    }
    due_by = now + WHENEVER if stop else now
    taken = await rows(tx, TAKE_AGAIN, bound | {"due_by": due_by})
    taken = taken or await rows(tx, TAKE_NEXT, bound | {"claimed_to": state.claimed_to})
    to_send = _read([row for row in taken if row["reason"] is None], name)
    return Claim(to_send, len(taken) - len(to_send))


def _read(taken: Sequence[Any], name: str) -> Sequence[Row]:
    """The rows with their values, which are parsed together."""
    if not taken:
        return []
    clients, emails, values, versions, attempts, _ = zip(*taken, strict=True)
    own = json.loads(f"[{','.join(values)}]")
    named = repeat(name, len(taken))
    return list(map(Row._make, zip(clients, emails, own, versions, attempts, named, strict=True)))


def _is_over(state: Any, now: datetime) -> bool:
    """For good: a frozen mailing may go on, an inactive message may be activated."""
    return state.status == "finished" or (state.status == "active" and _late(state, now))


def _late(state: Any, now: datetime) -> bool:
    return state.send_before is not None and bool(state.send_before <= now)


def _stop(status: str, message_active: bool, late: bool) -> str | None:
    """Why none of the rows may be sent any more."""
    if status == "finished":
        return "mailing_finished"
    if not message_active:
        return "message_inactive"
    return "too_late" if late else None


async def put_off(
    tx: Transaction,
    run_id: int,
    claim: str,
    until: Mapping[int, datetime],
    reason: str | None = None,
) -> None:
    """Leave rows of a claim for later, each until its moment."""
    bound = {
        "run": run_id,
        "claim": claim,
        "reason": reason,
        "clients": list(until),
        "dates": list(until.values()),
    }
    await tx.execute(PUT_OFF, bound)


async def _awake(
    tx: Transaction, run_id: int, claim: Claim, quiet: Quiet, home: str, now: datetime
) -> Claim:
    """The claim without those for whom it is quiet now: they wait for their next allowed minute."""
    zones = {row.client_id: str(row.values.get(ZONE) or home) for row in claim.rows}
    ends = {zone: quiet.until(now, zone) for zone in set(zones.values())}
    until = {client: end for client, zone in zones.items() if (end := ends[zone])}
    if not until:
        return claim
    await put_off(tx, run_id, claim.rows[0].claim, until, QUIET)
    awake = [row for row in claim.rows if row.client_id not in until]
    return replace(claim, rows=awake, asleep=len(until))


async def extend(tx: Transaction, claims: Sequence[str], now: datetime) -> bool:
    """Hold on to what is still being sent; False when some of it is in doubt already."""
    bound = {"claims": list(claims), "lease_until": now + LEASE}
    return len((await tx.execute(EXTEND, bound)).all()) == len(claims)


async def expire(tx: Transaction, now: datetime) -> set[int]:
    """Rows whose worker is gone may have been sent: they become uncertain. Says which runs."""
    return set((await tx.scalars(EXPIRE, {"now": now})).all())


async def give_back(tx: Transaction, run_id: int, claims: Sequence[str]) -> None:
    """Undo claims of which nothing was handed over, as far as they were made at all."""
    await tx.execute(KEEP_OPEN, {"run": run_id})
    await tx.execute(GIVE_BACK, {"run": run_id, "claims": list(claims)})
