"""Who gets a run's mail: written down in slices before the first of them is sent."""

import json
from datetime import datetime

from sqlalchemy import exists, func, select

from core.clients.values import NAMED, VALUES, countries_of
from core.db import Transaction
from core.delivery.finish import finish_if_done
from core.delivery.models import Delivery, Run
from core.delivery.sql import statement
from core.i18n import DEFAULT_LOCALE
from core.jobs.service import enqueue
from core.mailings import approval
from core.mailings.audience import rule_of
from core.mailings.locking import tell
from core.mailings.models import Mailing
from core.mailings.quiet import ZONE, zones
from core.mailings.segments import fitting
from core.users.models import User

SEND_RUN = "workers.tasks.send_run"
SLICE = 5000

FILL = statement(
    f"""
    WITH named AS ({NAMED}), slice AS (
        SELECT c.* FROM clients c
        WHERE c.owner_id = :owner AND c.id > :filled_to AND c.active AND c.unsubscribed_at IS NULL
          AND (:everyone OR c.id = ANY (:ids) OR EXISTS (
              SELECT FROM mailing_clients chosen
              WHERE chosen.mailing_id = :mailing AND chosen.client_id = c.id))
        ORDER BY c.id LIMIT :size
    ), written AS (
        INSERT INTO deliveries (run_id, client_id, email, values, version_id, due_at)
        SELECT :run, c.id, c.email, {VALUES}
               || CASE WHEN CAST(:zones AS text) IS NULL THEN '{{}}' ELSE jsonb_strip_nulls(
                   jsonb_build_object(CAST(:zone AS text), coalesce(
                       c.timezone, CAST(:zones AS jsonb) ->> c.country))) END,
               :version, :now
        FROM slice c LEFT JOIN named ON named.key = c.country
        RETURNING client_id
    )
    SELECT count(*), max(client_id) FROM written
"""  # noqa: S608  our own words
)


async def fill_slice(tx: Transaction, run_id: int, now: datetime, approval_above: int = 0) -> bool:
    """Write the next recipients of a run that is being prepared; True while there are more.

    One that turns out to be for more than `approval_above` waits for an administrator's yes.
    """
    run = await tx.scalar(select(Run).where(Run.id == run_id).with_for_update(key_share=True))
    if run is None or run.status != "preparing":
        return False
    mailing = await tx.get_one(Mailing, run.mailing_id, populate_existing=True)
    if mailing.status != "finished":
        if await _write(tx, run, mailing, now):
            return True
        anybody = select(exists().where(Delivery.run_id == run.id))
        run.skipped_because = None if await tx.scalar(anybody) else "nobody"
    await _prepared(tx, run, now)
    if approval_above:
        await _review(tx, run, mailing, approval_above, now)
    return False


async def _write(tx: Transaction, run: Run, mailing: Mailing, now: datetime) -> bool:
    """Write a slice; True while there may be more.

    Of a segment that is said by who fitted: some may have left between the two statements.
    """
    owner, ids = mailing.owner_id, list[int]()
    locale = await tx.scalar(select(User.locale).where(User.id == owner)) or DEFAULT_LOCALE
    if segment := rule_of(mailing):
        ids = await fitting(tx, owner, segment, run.filled_to, SLICE)
    bound = {
        "run": run.id,
        "mailing": run.mailing_id,
        "version": run.version_id,
        "filled_to": run.filled_to,
        "owner": owner,
        "everyone": mailing.audience == "all",
        "ids": ids,
        "size": SLICE,
        "now": now,
        "countries": countries_of(locale),
        "zone": ZONE,
        "zones": None if mailing.quiet_from is None else json.dumps(zones()),
    }
    written, last = (await tx.execute(FILL, bound)).one()
    full = len(ids) == SLICE
    run.filled_to = ids[-1] if full else last or run.filled_to
    return full or written == SLICE


async def _prepared(tx: Transaction, run: Run, now: datetime) -> None:
    run.status, run.prepared_at = "sending", now
    await tx.flush()
    if not await finish_if_done(tx, run.id, now):
        await enqueue(tx, SEND_RUN, "mail.bulk", {"run_id": run.id}, now, key=send_key(run.id))


async def _review(tx: Transaction, run: Run, mailing: Mailing, above: int, now: datetime) -> None:
    """Clients may have come since it was accepted, or the wording changed."""
    if run.status != "sending" or mailing.status != "active":
        return
    count = select(func.count()).where(Delivery.run_id == run.id)
    total = (await tx.scalars(count)).one()
    owner = await tx.get_one(User, mailing.owner_id)
    if await approval.review(tx, mailing, owner, total, run.version_id, above, now):
        await tell(tx, mailing, stopped=True)


def send_key(run_id: int) -> str:
    """The key of the job that works a run until it is finished."""
    return f"run:{run_id}:send"
