"""Keep what Telegram sent until it has had its effect."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import TextClause, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import Json, Transaction
from core.direct import QUICKLY, Where, columns, instances, row, rows
from core.updates.models import TelegramUpdate

KEPT = timedelta(days=7)
AT_ONCE = 5000
CHANNEL = "telegram_updates"

BLANK = text("""
    UPDATE telegram_updates SET payload = jsonb_set(payload, '{message,text}', '""', false)
    WHERE update_id = :id
""")

# One statement with one parameter: this stands before every answer.
_RECEIVE = """
    INSERT INTO telegram_updates (update_id, sender_id, payload)
    SELECT (row ->> 0)::bigint, (row ->> 1)::bigint, row -> 2
    FROM jsonb_array_elements(CAST(:rows AS jsonb)) row
    ON CONFLICT (update_id) DO NOTHING RETURNING update_id
"""
RECEIVE = text(_RECEIVE)
TAKE_IN = text(f"""
    {QUICKLY}, new AS ({_RECEIVE})
    SELECT update_id FROM new, quickly
""")  # noqa: S608  the pieces are written here

# A commit that is waited for puts all before it onto the disk. It needs a record of its own, and it
# says nothing of rows that a server took in before it crashed: so they are counted by it.
KEEP = text("""
    SELECT count(*), pg_logical_emit_message(true, 'updates', '')
    FROM telegram_updates WHERE update_id = ANY(:ids)
""")
UNANSWERED = text(f"""
    SELECT {columns(TelegramUpdate, "u")} FROM telegram_updates u
    WHERE done_at IS NULL AND update_id <> ALL(:known) ORDER BY update_id
""")  # noqa: S608  as above
DONE = text(f"""
    {QUICKLY}
    UPDATE telegram_updates SET done_at = clock_timestamp() FROM quickly
    WHERE update_id = ANY(:ids)
""")  # noqa: S608  as above

_PLACE = ("message_id", "date", "chat")  # of the message under a button: the rest is our own words


class Lost(ConnectionError):
    """PostgreSQL crashed with an update that was not on its disk: Telegram sends it again."""


def webhook_path() -> str:
    """Where Telegram posts updates to; the secret travels in a header, never in the path."""
    return "/telegram/webhook"


async def receive(tx: Transaction, updates: Sequence[Json]) -> list[TelegramUpdate]:
    """Write down what Telegram sent, for good once the transaction commits; answers what was not
    seen before, in order."""
    return await _written(tx, RECEIVE, updates)


async def take_in(engine: AsyncEngine, updates: Sequence[Json]) -> list[TelegramUpdate]:
    """The same without waiting for the disk: to be answered, but not to be confirmed before
    `keep`."""
    return await _written(engine, TAKE_IN, updates)


async def keep(engine: AsyncEngine, updates: Sequence[Json]) -> None:
    """Wait until all of them are on the disk; Lost where PostgreSQL has forgotten some."""
    ids = {each["update_id"] for each in updates}
    found, _end = await row(engine, KEEP, ids=list(ids))
    if found < len(ids):
        raise Lost


async def _written(
    where: Where, statement: TextClause, updates: Sequence[Json]
) -> list[TelegramUpdate]:
    given = [
        TelegramUpdate(update_id=each["update_id"], sender_id=sender_of(each), payload=pruned(each))
        for each in updates
    ]
    packed = json.dumps(
        [(each.update_id, each.sender_id, each.payload) for each in given], ensure_ascii=False
    )
    new = {number for (number,) in await rows(where, statement, rows=packed)}
    taken = [each for each in given if each.update_id in new]
    return sorted(taken, key=lambda each: each.update_id)


def pruned(update: Json) -> Json:
    """Of a tap, only where the button's message stands: what it said was said by us."""
    tap = update.get("callback_query")
    message = tap.get("message") if isinstance(tap, dict) else None
    if not isinstance(tap, dict) or not isinstance(message, dict):
        return update
    place = {name: message[name] for name in _PLACE if name in message}
    return update | {"callback_query": tap | {"message": place}}


def sender_of(update: Json) -> int:
    """Whose update it is, 0 for nobody's: the key of its order."""
    for part in update.values():
        if isinstance(part, dict) and isinstance(part.get("from"), dict):
            return int(part["from"].get("id", 0))
    return 0


async def unanswered(where: Where, known: Collection[int] = ()) -> list[TelegramUpdate]:
    """What stands unanswered, in order, but for those `known`."""
    found = await rows(where, UNANSWERED, known=list(known))
    return [instances(each, TelegramUpdate)[0] for each in found]


async def mark_applied(tx: Transaction, update_id: int, now: datetime) -> None:
    """To be called in the transaction of the effect, so that it happens once. An update that is
    not there (Lost) comes again, and has its effect then."""
    marked = update(TelegramUpdate).where(TelegramUpdate.update_id == update_id)
    known = marked.values(applied_at=now).returning(TelegramUpdate.update_id)
    if await tx.scalar(known) is None:
        raise Lost


async def blank(tx: Transaction, update_id: int) -> None:
    """Forget the text of a message: it was a secret, and has been read."""
    await tx.execute(BLANK, {"id": update_id})


async def mark_done(where: Where, update_ids: Sequence[int]) -> None:
    """The updates have been answered. Nobody waits for the disk: one whose mark is lost with the
    server is looked at again, and its effect is known by then."""
    await rows(where, DONE, ids=list(update_ids))


async def forget_old(tx: Transaction, now: datetime) -> int:
    """Drop some of what was answered long ago; Telegram repeats nothing older than a day."""
    old = select(TelegramUpdate.update_id).where(TelegramUpdate.done_at < now - KEPT)
    some = delete(TelegramUpdate).where(TelegramUpdate.update_id.in_(old.limit(AT_ONCE)))
    return len((await tx.scalars(some.returning(TelegramUpdate.update_id))).all())
