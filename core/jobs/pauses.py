"""Queues that stand still, and maintenance: nothing starts, everything is kept.

The rows decide. Workers ask them with every claim and each second, whatever brings them their
messages, so that a pause outlives every process and holds for those that start later.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from core.db import Transaction
from core.jobs.models import Pause
from core.jobs.queries import forget_kicks
from core.jobs.service import EVERYTHING as EVERYTHING
from core.jobs.service import notify
from core.notices import notify as tell

QUEUES = ("mail.tx", "mail.bulk")
CHANNEL = "pauses"


async def stop(tx: Transaction, what: str, by_whom: str, now: datetime) -> bool:
    """From now on no job of it begins; False when it stood still already."""
    pause = insert(Pause).values(what=what, since=now, by_whom=by_whom)
    made = await tx.scalar(pause.on_conflict_do_nothing().returning(Pause.what))
    await tell(tx, CHANNEL)
    return made is not None


async def go_on(tx: Transaction, what: str) -> bool:
    """It goes on where it stood; False when it was going."""
    gone = await tx.scalar(delete(Pause).where(Pause.what == what).returning(Pause.what))
    queues = set(QUEUES) if what == EVERYTHING else {what}
    await forget_kicks(tx, sorted(queues))  # what was handed over meanwhile nobody took
    await notify(tx, queues)
    await tell(tx, CHANNEL)
    return gone is not None


async def standing(tx: Transaction) -> Mapping[str, Pause]:
    """What stands still, by its name."""
    return {pause.what: pause for pause in await tx.scalars(select(Pause))}


async def stands(tx: Transaction, queue: str) -> bool:
    """Whether a queue stands still, by itself or with everything."""
    return bool(await tx.scalar(select(exists().where(Pause.what.in_((queue, EVERYTHING))))))


def standing_still(queue: str) -> str:
    """The same in SQL, for statements that look at more."""
    return f"EXISTS (SELECT FROM pauses WHERE what IN ('{queue}', '{EVERYTHING}'))"


async def maintenance(tx: Transaction) -> Pause | None:
    """Since when and by whom everything stands still."""
    return await tx.get(Pause, EVERYTHING)
