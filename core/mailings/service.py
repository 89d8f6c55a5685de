"""Mailings: accepted, frozen, changed, finished. Each call may be repeated without harm."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from core.db import Transaction
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.mailings import approval, blocking, ledger
from core.mailings import audience as audiences
from core.mailings.locking import lock, tell
from core.mailings.missed import MISSED
from core.mailings.models import Mailing
from core.mailings.quiet import Window
from core.mailings.rules import RESTORED, check_change, check_open
from core.mailings.segments import Segment
from core.messages import queries as messages
from core.messages.models import Message
from core.scheduling import queries as schedules
from core.scheduling import service as scheduling
from core.scheduling.registry import SEND_MAILING
from core.scheduling.rules import Recurrence
from core.users.models import User
from core.users.service import require_confirmed

INACTIVE = N_("The message “{subject}” is inactive. Activate it, or choose another one.")
NO_DATES = N_("There is no date to send on: the end is before the start.")
STARTED = N_("Too late to cancel: sending has begun. Freeze or finish the mailing instead.")

HAS_RUNS = text("SELECT EXISTS (SELECT FROM runs WHERE mailing_id = :mailing)")
HAS_OPEN_RUN = text(
    "SELECT EXISTS (SELECT FROM runs WHERE mailing_id = :mailing AND status <> 'finished')"
)


async def accept(
    tx: Transaction,
    owner: User,
    message_id: int,
    audience: str,
    client_ids: Sequence[int] | None,
    recurrence: Recurrence,
    start_at: datetime | None,
    now: datetime,
    *,
    undo: timedelta = timedelta(),
    missed: str = "run_once",
    overlap: str = "skip",
    segment: Segment | None = None,
    window: Window | None = None,
    approval_above: int = 0,
) -> Mailing:
    """Begin a mailing; `start_at=None` is now. Nothing is sent before `undo` has passed.

    A date that comes during the run before it is left out, or waits if `overlap` is queue. One to
    more than `approval_above` (0: any number) waits for an administrator's yes.
    """
    require_confirmed(owner)
    await blocking.check(tx, owner.id)
    message = await sendable(tx, owner, message_id)
    mailing = Mailing(owner_id=owner.id, message=message, status="active", accepted_at=now)
    (window or Window()).put(mailing)
    tx.add(mailing)
    await audiences.choose(tx, owner, mailing, audience, client_ids, segment)
    schedule = await scheduling.create_task_interval(
        mailing,
        SEND_MAILING,
        recurrence,
        _start(start_at, now, undo),
        timezone=owner.timezone,
        overlap=overlap,
        now=now,
    )
    schedule.missed = missed
    if schedule.next_at is None:
        raise Invalid(NO_DATES)
    await _review(tx, mailing, owner, approval_above, now)
    await tell(tx, mailing)
    return mailing


async def freeze(tx: Transaction, actor: User, mailing_id: int, now: datetime) -> Mailing:
    """Stop at the next message, until `unfreeze`."""
    mailing = await lock(tx, actor, mailing_id)
    if mailing.status == "frozen":
        return mailing
    check_change(mailing.status, "frozen")
    mailing.status, mailing.frozen_at = "frozen", now
    await scheduling.pause(tx, mailing)
    await tell(tx, mailing, stopped=True)
    return mailing


async def unfreeze(
    tx: Transaction, actor: User, mailing_id: int, now: datetime, missed: str | None = None
) -> Mailing:
    """Go on. A date that passed meanwhile is treated as `missed` says (run_once, skip)."""
    mailing = await lock(tx, actor, mailing_id)
    if mailing.held_because == approval.WAITING:
        raise Conflict(approval.WAITS)
    if mailing.status != "active":
        await blocking.check(tx, mailing.owner_id)
        check_change(mailing.status, "active")
        mailing.status, mailing.frozen_at = "active", None
    _answered(mailing)
    schedule = await scheduling.resume(tx, mailing, now, missed)
    dated = schedule.next_at is not None or schedule.behind_at is not None
    if not dated and not await tx.scalar(HAS_OPEN_RUN, {"mailing": mailing.id}):
        mailing.status, mailing.finished_at = "finished", now  # its only date was left out
    await tell(tx, mailing)
    return mailing


async def finish(tx: Transaction, actor: User, mailing_id: int, now: datetime) -> Mailing:
    """Stop for good: those who wait will not get it."""
    mailing = await lock(tx, actor, mailing_id)
    if mailing.status == "finished":
        return mailing
    check_change(mailing.status, "finished")
    mailing.status, mailing.finished_at, mailing.held_because = "finished", now, None
    await scheduling.end(tx, mailing)
    await tell(tx, mailing, stopped=True)
    return mailing


async def block_owner(tx: Transaction, actor: User, user_id: int, now: datetime) -> User:
    """Suspend an owner and freeze all that they send."""
    user = await blocking.mark(tx, user_id, now)
    for mailing_id in await blocking.freezable(tx, user_id):
        await freeze(tx, actor, mailing_id, now)
    return user


async def unblock_owner(tx: Transaction, user_id: int) -> User:
    """Lift a suspension; what was frozen stays so until somebody goes on with it."""
    return await blocking.mark(tx, user_id, None)


async def delete(tx: Transaction, actor: User, mailing_id: int, now: datetime) -> Mailing:
    """Finish it and show it no more; its ledger stays."""
    mailing = await finish(tx, actor, mailing_id, now)
    mailing.hidden_at = mailing.hidden_at or now
    await tx.flush()
    return mailing


async def change(
    tx: Transaction,
    actor: User,
    mailing_id: int,
    now: datetime,
    *,
    message_id: int | None = None,
    audience: str | None = None,
    client_ids: Sequence[int] | None = None,
    segment: Segment | None = None,
    recurrence: Recurrence | None = None,
    start_at: datetime | None = None,
    missed: str | None = None,
    overlap: str | None = None,
    rest: bool = False,
    window: Window | None = None,
    approval_above: int = 0,
) -> Mailing:
    """Take over what is given, from the next run on; with `rest`, those who still wait in the
    run under way get the new wording too. Quiet hours count at once."""
    mailing = await lock(tx, actor, mailing_id)
    check_open(mailing.status)
    owner = await tx.get_one(User, mailing.owner_id)
    if message_id is not None:
        mailing.message = await sendable(tx, owner, message_id)
    if rest and mailing.message.version_id is not None:
        await ledger.reword(tx, mailing.id, mailing.message.version_id)
    if audience is not None:
        await audiences.choose(tx, owner, mailing, audience, client_ids, segment)
    if window is not None:
        window.put(mailing)
    await _reschedule(tx, mailing, recurrence, start_at, missed, overlap, now)
    await _review(tx, mailing, owner, approval_above, now)
    await tell(tx, mailing)
    return mailing


async def start_now(tx: Transaction, actor: User, mailing_id: int, now: datetime) -> Mailing:
    """Do not wait for the first date."""
    mailing = await lock(tx, actor, mailing_id)
    check_open(mailing.status)
    if not await _has_runs(tx, mailing):
        await scheduling.run_now(tx, mailing, now)
        await tell(tx, mailing)
    return mailing


async def cancel(tx: Transaction, actor: User, mailing_id: int, now: datetime) -> None:
    """As if it had never been accepted; possible until the first run."""
    mailing = await lock(tx, actor, mailing_id)
    check_open(mailing.status)
    if await _has_runs(tx, mailing):
        raise Conflict(STARTED)
    await scheduling.delete_task_interval(mailing)
    await tell(tx, mailing)
    await tx.delete(mailing)
    await tx.flush()


def _start(start_at: datetime | None, now: datetime, undo: timedelta) -> datetime:
    if start_at is not None and start_at < now:
        return start_at  # refused as past, in the scheduler's words
    return max(start_at or now, now + undo)


async def sendable(tx: Transaction, owner: User, message_id: int) -> Message:
    """One message of the owner that may be sent; Conflict for an inactive one."""
    message = await messages.locked(tx, owner, message_id)
    if not message.active:
        raise Conflict(INACTIVE, subject=message.version.subject if message.version else "")
    return message


async def _review(
    tx: Transaction, mailing: Mailing, owner: User, above: int, now: datetime
) -> None:
    """Whether an administrator is to be asked, by what is known before it starts."""
    if above:
        people = (await audiences.count_of(tx, mailing)).receiving
        version = mailing.message.version_id
        await approval.review(tx, mailing, owner, people, version, above, now)


async def _reschedule(
    tx: Transaction,
    mailing: Mailing,
    recurrence: Recurrence | None,
    start_at: datetime | None,
    missed: str | None,
    overlap: str | None,
    now: datetime,
) -> None:
    given = {"interval": recurrence, "start_time": start_at}
    before = await schedules.find(tx, mailing)
    assert before is not None  # noqa: S101  made by accept
    schedule = await scheduling.update_task_interval(
        mailing,
        recurrence or Recurrence.from_json(before.recurrence),
        start_at or before.start_at,
        [name for name, value in given.items() if value is not None],
        overlap=overlap,
        now=now,
    )
    schedule.missed = missed or schedule.missed
    if recurrence is None and start_at is None:
        return
    if schedule.next_at is None:
        raise Invalid(NO_DATES)
    if mailing.status == "active":  # a new date answers the question about a missed one
        _answered(mailing)
        schedule.paused = False


def _answered(mailing: Mailing) -> None:
    if mailing.held_because in (MISSED, RESTORED):
        mailing.held_because = None


async def _has_runs(tx: Transaction, mailing: Mailing) -> bool:
    return bool(await tx.scalar(HAS_RUNS, {"mailing": mailing.id}))
