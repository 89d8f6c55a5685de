"""Keep what Telegram sent until it has had its effect."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update

from core.db import Json, Transaction
from core.updates.models import TelegramUpdate

KEPT = timedelta(days=7)
AT_ONCE = 5000
CHANNEL = "telegram_updates"

BLANK = text("""
    UPDATE telegram_updates SET payload = jsonb_set(payload, '{message,text}', '""', false)
    WHERE update_id = :id
""")

# One statement with one parameter: this stands before every answer.
RECEIVE = text("""
    INSERT INTO telegram_updates (update_id, sender_id, payload)
    SELECT (row ->> 0)::bigint, (row ->> 1)::bigint, row -> 2
    FROM jsonb_array_elements(CAST(:rows AS jsonb)) row
    ON CONFLICT (update_id) DO NOTHING RETURNING update_id
""")
DONE = text("""
    WITH quickly AS (SELECT set_config('synchronous_commit', 'off', true))
    UPDATE telegram_updates SET done_at = clock_timestamp() FROM quickly
    WHERE update_id = ANY(:ids)
""")


def webhook_path() -> str:
    """Where Telegram posts updates to; the secret travels in a header, never in the path."""
    return "/telegram/webhook"


async def receive(
    tx: Transaction, updates: Sequence[tuple[int, int, Json]]
) -> list[TelegramUpdate]:
    """Write down `(update_id, sender_id, payload)`; answers those not seen before, in order."""
    rows = json.dumps(updates, ensure_ascii=False)
    new = set(await tx.scalars(RECEIVE, {"rows": rows}))
    seen = {update[0]: update for update in updates if update[0] in new}
    return [
        TelegramUpdate(update_id=number, sender_id=sender, payload=payload)
        for number, sender, payload in sorted(seen.values(), key=lambda update: update[0])
    ]


async def unanswered(tx: Transaction) -> Sequence[TelegramUpdate]:
    """What a process that ended left over, in order."""
    query = select(TelegramUpdate).where(TelegramUpdate.done_at.is_(None))
    return (await tx.scalars(query.order_by(TelegramUpdate.update_id))).all()


async def mark_applied(tx: Transaction, update_id: int, now: datetime) -> None:
    """To be called in the transaction of the effect, so that it happens once."""
    await tx.execute(
        update(TelegramUpdate).where(TelegramUpdate.update_id == update_id).values(applied_at=now)
    )


async def blank(tx: Transaction, update_id: int) -> None:
    """Forget the text of a message: it was a secret, and has been read."""
    await tx.execute(BLANK, {"id": update_id})


async def mark_done(tx: Transaction, update_ids: Sequence[int]) -> None:
    """The updates have been answered. Nobody waits for the disk: one whose mark is lost with the
    server is looked at again, and its effect is known by then."""
    await tx.execute(DONE, {"ids": list(update_ids)})


async def forget_old(tx: Transaction, now: datetime) -> int:
    """Drop some of what was answered long ago; Telegram repeats nothing older than a day."""
    old = select(TelegramUpdate.update_id).where(TelegramUpdate.done_at < now - KEPT)
    some = delete(TelegramUpdate).where(TelegramUpdate.update_id.in_(old.limit(AT_ONCE)))
    return len((await tx.scalars(some.returning(TelegramUpdate.update_id))).all())
