"""A file of clients on its way into the list, as a job of its own.

Each slice is written together with how far it goes: whoever takes the job over goes on there, and
nobody else's change of the list waits longer than a slice takes. A file that turns out to be wrong
halfway is taken back.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import exists, or_, select, tuple_, update

from core.clients import erasing, own, reading, uploads, writing
from core.clients.columns import spares
from core.clients.forms import FIELDS
from core.clients.importing import check_columns
from core.clients.models import OwnField
from core.clients.reading import Order, Reading
from core.clients.table import MB
from core.clients.uploads import CHANNEL, Upload
from core.clients.writing import Imported, Writing, Written
from core.db import Sessions, Transaction, clock
from core.errors import Conflict, MailCenterError, NotFound
from core.jobs.models import Job
from core.jobs.service import Queue, enqueue
from core.notices import notify
from core.settings import Settings
from core.users.models import User

LOAD = "workers.tasks.load_clients"
QUEUE: Queue = "mail.tx"  # with the letters: the owner waits for it
AT_ONCE = 3  # of a process, which has letters to send as well
MOST_ERRORS = 45 * MB  # what Telegram takes from a bot


@dataclass(frozen=True)
class Outcome:
    """What came of a file: what it did to the list, or why it was `refused` as a whole.

    `left_out` says how many values were, by field; `reasons` tells of some rows.
    """

    imported: Imported = field(default_factory=Imported)
    repeats: int = 0
    bad: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    reasons: Sequence[str] = ()
    refused: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, upload: Upload) -> "Outcome":
        """As it is kept."""
        assert upload.outcome is not None  # noqa: S101  the query asks for it
        return cls(**upload.outcome | {"imported": Imported(**upload.outcome["imported"])})


async def want(tx: Transaction, owner: User, upload_id: int, now: datetime) -> Upload:
    """Load the file as its columns and tags were chosen; Conflict when that is so already."""
    upload = await uploads.at_hand(tx, owner, upload_id, lock=True)
    check_columns(upload.seen["columns"])
    upload.wanted_at, upload.progress, upload.outcome = now, None, None
    await enqueue(tx, LOAD, QUEUE, {"upload_id": upload.id}, now)
    return upload


async def load(sessions: Sessions, settings: Settings, upload_id: int, stop: asyncio.Event) -> bool:
    """Load a file that is wanted, from where it stands; False when it has to go on later: after
    `stop`, or when another one of its owner's is first."""
    async with sessions() as tx:
        upload = await tx.get(Upload, upload_id)
        if upload is None or upload.wanted_at is None:
            return True
        if await _another_first(tx, upload):
            return False
        owner = await tx.get_one(User, upload.owner_id)
        account = await uploads.chat_of(tx, upload)
        locale = account.locale if account else owner.locale
        order = _order(upload, owner, locale, await own.all_of(tx, owner))
    loading = Loading(sessions, owner, upload, erasing.keys(settings))
    try:
        with uploads.workplace(settings) as folder:
            path = folder / "clients"
            async with sessions() as tx:
                await uploads.fetch(tx, upload, path)
            async with reading.check(path, order) as checked:
                return await loading.write(checked, stop)
    except MailCenterError as reason:
        await refuse(sessions, upload_id, reason)
        return True


async def _another_first(tx: Transaction, upload: Upload) -> bool:
    earlier = tuple_(Upload.wanted_at, Upload.id) < tuple_(upload.wanted_at, upload.id)
    return bool(
        await tx.scalar(select(exists().where(Upload.owner_id == upload.owner_id, earlier)))
    )


def _order(upload: Upload, owner: User, locale: str, fields: list[OwnField]) -> Order:
    """How the file is to be read; fields that were deleted meanwhile are left out."""
    kinds, seen = own.kinds_of(fields), upload.seen
    known = {*FIELDS, *chain.from_iterable(map(spares, FIELDS)), *kinds}
    columns = {name: column for name, column in seen["columns"].items() if name in known}
    tags = tuple(seen.get("tags", ()))
    return Order(upload.name, columns, owner.country, locale, kinds, tags)


class Loading:
    """One file that this process loads."""

    def __init__(
        self, sessions: Sessions, owner: User, upload: Upload, keys: Sequence[bytes]
    ) -> None:
        self._sessions, self._owner, self._id, self._keys = sessions, owner, upload.id, keys
        self._progress = upload.progress

    async def write(self, checked: Reading, stop: asyncio.Event) -> bool:
        """All that is not written yet; False when `stop` came first, or another process did."""
        async for rows, row in checked.batches():
            if stop.is_set():
                return False
            if row > (self._progress or {}).get("row", 0) and not await self._slice(rows, row):
                return False
        errors = await asyncio.to_thread(checked.errors.read_bytes) if checked.reasons else b""
        return await self._end(checked, errors if len(errors) <= MOST_ERRORS else b"")

    async def _slice(self, rows: str, row: int) -> bool:
        async with self._sessions.begin() as tx:
            upload = await self._mine(tx)
            if upload is None:
                return False
            writing_ = await self._writing(tx)
            await writing_.write(rows)
            self._progress = upload.progress = {"row": row, **asdict(writing_.written)}
            return True

    async def _end(self, checked: Reading, errors: bytes) -> bool:
        async with self._sessions.begin() as tx:
            upload = await self._mine(tx)
            if upload is None:
                return False
            imported = await (await self._writing(tx)).end()
            if imported.new + imported.updated + imported.same:
                upload.loaded_at = await clock(tx)
                await uploads.drop_content(tx, upload)
            else:
                imported = Imported()
            outcome = Outcome(
                imported, checked.repeats, checked.bad, checked.left_out, checked.reasons
            )
            upload.errors = errors or None
            await _done(tx, upload, outcome)
            return True

    async def _mine(self, tx: Transaction) -> Upload | None:
        """The file, locked; None when it is gone or another process has gone on with it."""
        upload = await tx.get(Upload, self._id, with_for_update=True)
        if upload is None or upload.wanted_at is None or upload.progress != self._progress:
            return None
        return upload

    async def _writing(self, tx: Transaction) -> Writing:
        now, known = await clock(tx), self._progress
        if known is None:
            return await Writing.begin(tx, self._owner, now, self._keys)
        written = Written(**{name: n for name, n in known.items() if name != "row"})
        return await Writing.resume(tx, self._owner, now, self._keys, written)


async def refuse(sessions: Sessions, upload_id: int, reason: MailCenterError) -> None:
    """Nothing of the file is loaded: what was written is taken back, and the owner is told why."""
    async with sessions.begin() as tx:
        upload = await tx.get(Upload, upload_id, with_for_update=True)
        if upload is not None and upload.wanted_at is not None:
            await _refuse(tx, upload, reason, await clock(tx))


async def give_up(tx: Transaction, now: datetime) -> int:
    """Refuse the files whose jobs were given up; says how many."""
    same = Job.args["upload_id"].as_integer() == Upload.id
    of_now = (Job.task == LOAD, Job.status == "failed", Job.created_at >= Upload.wanted_at)
    stuck = select(Upload).where(Upload.wanted_at.is_not(None), exists().where(same, *of_now))
    found = (await tx.scalars(stuck.with_for_update(skip_locked=True))).all()
    for upload in found:
        await _refuse(tx, upload, MailCenterError(), now)
    return len(found)


async def _refuse(tx: Transaction, upload: Upload, reason: MailCenterError, now: datetime) -> None:
    if upload.progress:
        owner = await tx.get_one(User, upload.owner_id)
        with suppress(NotFound, Conflict):  # it stood still for longer than that can be done
            await writing.undo(tx, owner, upload.progress["id"], now)
    fields = {name: str(value) for name, value in reason.fields.items()}
    await _done(tx, upload, Outcome(refused=reason.text, fields=fields))


async def _done(tx: Transaction, upload: Upload, outcome: Outcome) -> None:
    upload.outcome, upload.wanted_at, upload.progress = asdict(outcome), None, None
    await notify(tx, CHANNEL, upload.id)


async def under_way(tx: Transaction) -> Sequence[Upload]:
    """Files that are wanted, or of which something is to be told."""
    busy = or_(Upload.wanted_at.is_not(None), Upload.outcome.is_not(None))
    return (await tx.scalars(select(Upload).where(busy).order_by(Upload.id))).all()


async def errors_of(tx: Transaction, upload_id: int) -> bytes | None:
    """The file of rows that need another look."""
    kept: bytes | None = await tx.scalar(select(Upload.errors).where(Upload.id == upload_id))
    return kept


async def told(tx: Transaction, upload_id: int) -> None:
    """The owner knows what came of the file."""
    mine = update(Upload).where(Upload.id == upload_id, Upload.outcome.is_not(None))
    await tx.execute(mine.values(outcome=None, errors=None))
