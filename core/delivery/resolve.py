"""What the owner decides about a run's failed and uncertain recipients.

A row is decided about where it stands: it goes back into its own run, so that everybody keeps one
row a run, the numbers add up, and the mail keeps its Message-ID, by which whoever has it already
can tell that it is the same one. What was known before is moved to `past_outcomes`, never lost.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import select

from core.db import Transaction
from core.delivery.fill import SEND_RUN, send_key
from core.delivery.models import Run
from core.delivery.sql import statement
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.jobs import service as jobs
from core.mailings import blocking
from core.mailings import queries as mailings
from core.mailings.models import Mailing
from core.mailings.service import sendable
from core.notices import notify
from core.scheduling import queries as schedules
from core.users.models import User

How = Literal["send_again", "count_as_sent"]

ANOTHER_RUN = N_("This mailing is being sent right now. Try again when that is finished.")
ENDING = N_(
    "This sending is just ending: those who still wait are left out. Try again when it is over."
)
DELETED = N_("This mailing was deleted. Nothing more can be sent from it.")


def _keep(which: str) -> str:
    return f"""
    WITH found AS (
        SELECT * FROM deliveries WHERE run_id = :run AND status = :status {which} FOR UPDATE
    ), kept AS (
        INSERT INTO past_outcomes (
            run_id, client_id, status, reason, attempt, account, smtp_code, enhanced, smtp_text,
            settled_at, decision, decided_by, decided_at)
        SELECT run_id, client_id, status, reason, attempt, account, smtp_code,
               enhanced, smtp_text, settled_at, :decision, :actor, :now FROM found
    )
    """  # noqa: S608  the pieces are written here


# A late answer of the earlier attempt finds its claim no more: the owner's word stands.
_AGAIN = """
    UPDATE deliveries d
    SET status = 'queued', again = true, due_at = :now, attempt = 0, claim = NULL, reason = NULL,
        account = NULL, smtp_code = NULL, enhanced = NULL, smtp_text = NULL, settled_at = NULL
    FROM found WHERE d.run_id = found.run_id AND d.client_id = found.client_id
"""
_COUNT_AS_SENT = """
    UPDATE deliveries d SET status = 'sent', reason = 'decided', claim = NULL
    FROM found WHERE d.run_id = found.run_id AND d.client_id = found.client_id
"""
ALL, ONE = "", "AND client_id = ANY(:clients)"
AGAIN = {which: statement(_keep(which) + _AGAIN) for which in (ALL, ONE)}
COUNT_AS_SENT = {which: statement(_keep(which) + _COUNT_AS_SENT) for which in (ALL, ONE)}

OTHERS = select(Run.id).where(Run.status != "finished")


async def retry_failed(
    tx: Transaction, actor: User, run_id: int, now: datetime, *, client_id: int | None = None
) -> int:
    """Try again those who failed, or one of them; says how many.

    Raises Conflict while another run is open or this one is ending, and where the message is
    inactive.
    """
    run, mailing = await _lock(tx, actor, run_id)
    return await _again(tx, actor, run, mailing, "failed", client_id, now)


async def resolve_uncertain(
    tx: Transaction,
    actor: User,
    run_id: int,
    how: How,
    now: datetime,
    *,
    client_id: int | None = None,
) -> int:
    """Decide about those who may have got the mail or not, or one; says how many there were."""
    run, mailing = await _lock(tx, actor, run_id)
    if how == "send_again":
        return await _again(tx, actor, run, mailing, "uncertain", client_id, now)
    which, bound = _which(client_id), _bound(actor, run, "uncertain", how, client_id, now)
    decided = await tx.execute(COUNT_AS_SENT[which], bound)
    await notify(tx, "mailing_changed", mailing.id)
    return decided.rowcount  # type: ignore[attr-defined,no-any-return]


async def _lock(tx: Transaction, actor: User, run_id: int) -> tuple[Run, Mailing]:
    """The run and its mailing, if they are the actor's; locked in the order of all others."""
    mailing_id = await tx.scalar(select(Run.mailing_id).where(Run.id == run_id))
    if mailing_id is None:
        raise NotFound
    mailing = await mailings.get(tx, actor, mailing_id)
    await schedules.find(tx, mailing, lock=True)
    await tx.refresh(mailing, ["status", "hidden_at"], with_for_update={"key_share": True})
    locked = {"key_share": True}
    return await tx.get_one(Run, run_id, with_for_update=locked, populate_existing=True), mailing


async def _again(
    tx: Transaction,
    actor: User,
    run: Run,
    mailing: Mailing,
    status: str,
    client_id: int | None,
    now: datetime,
) -> int:
    await blocking.check(tx, mailing.owner_id)
    if mailing.hidden_at is not None:
        raise Conflict(DELETED)
    if await tx.scalar(OTHERS.where(Run.mailing_id == mailing.id, Run.id != run.id)):
        raise Conflict(ANOTHER_RUN)
    if _ends(run, mailing, now):
        raise Conflict(ENDING)
    await sendable(tx, await tx.get_one(User, mailing.owner_id), mailing.message_id)
    bound = _bound(actor, run, status, "send_again", client_id, now)
    queued = await tx.execute(AGAIN[_which(client_id)], bound)
    count: int = queued.rowcount  # type: ignore[attr-defined]
    if count:
        await _reopen(tx, run, mailing, now)
    return count


def _ends(run: Run, mailing: Mailing, now: datetime) -> bool:
    """Whether there may be some who get nothing more: they must not go out with the others."""
    late = run.send_before is not None and run.send_before <= now
    return run.status != "finished" and (mailing.status == "finished" or late)


async def _reopen(tx: Transaction, run: Run, mailing: Mailing, now: datetime) -> None:
    """The run goes on; it and its mailing are finished again by the last recipient.

    The owner's word is newer than the deadline of a run that was over.
    """
    if run.status == "finished":
        run.status, run.finished_at, run.send_before = "sending", None, None
    if mailing.status == "finished":
        mailing.status, mailing.finished_at = "active", None
    await tx.flush()
    key = send_key(run.id)
    if not await jobs.wake(tx, key, now):
        await jobs.enqueue(tx, SEND_RUN, "mail.bulk", {"run_id": run.id}, now, key=key)
    await notify(tx, "mailing_changed", mailing.id)


def _which(client_id: int | None) -> str:
    return ALL if client_id is None else ONE


def _bound(
    actor: User, run: Run, status: str, decision: How, client_id: int | None, now: datetime
) -> dict[str, object]:
    one = {} if client_id is None else {"clients": [client_id]}
    return one | {
        "run": run.id,
        "status": status,
        "decision": decision,
        "actor": actor.id,
        "now": now,
    }
