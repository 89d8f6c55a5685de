"""All that is kept of an owner, as a ZIP of tables and files: made of the database's own list of
tables, so that nothing is forgotten."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import ColumnElement, LargeBinary, Select, Table, or_, select, update

from core.audit.models import Entry
from core.clients.sheets import escaped
from core.db import Base, Transaction
from core.errors import TooSoon
from core.i18n import N_
from core.mailings.models import Mailing
from core.messages.models import MessageFile
from core.scheduling.models import Schedule
from core.users import photo
from core.users.models import TelegramAccount, User

PAUSE = timedelta(hours=1)
AT_ONCE = 2000
LARGEST = 45 * 1024 * 1024  # of a part: bots may send files of 50 MB
SECRET = {"password", "secret", "hash", "token_hash", "code_hash", "digest", "sealed"}

AGAIN = N_("Your data were asked for not long ago. Please try again in {minutes} min.")


async def ask(tx: Transaction, user: User, telegram_id: int, now: datetime) -> None:
    """Have the data sent to this chat; TooSoon when that was asked for not long ago."""
    asked = User.export_asked_at
    free = or_(asked.is_(None), asked <= now - PAUSE)
    taken = update(User).where(User.id == user.id, free)
    values = {"export_asked_at": now, "export_chat_id": telegram_id}
    if await tx.scalar(taken.values(values).returning(User.id)) is None:
        before = await tx.scalar(select(asked).where(User.id == user.id))
        left = before + PAUSE - now if before else PAUSE
        raise TooSoon(AGAIN, minutes=max(1, round(left.total_seconds() / 60)))


async def wanted(tx: Transaction) -> Sequence[User]:
    """Who waits for their data, the longest waiting first."""
    query = select(User).where(User.export_chat_id.is_not(None), User.erased_at.is_(None))
    return (await tx.scalars(query.order_by(User.export_asked_at).limit(10))).all()


async def sent(tx: Transaction, user_id: int) -> None:
    """The data have gone, or cannot."""
    await tx.execute(update(User).where(User.id == user_id).values(export_chat_id=None))


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for the files while they are made and sent."""
    with TemporaryDirectory(prefix="export-") as folder:
        yield Path(folder)


@dataclass
class Archive:
    """ZIP files that are filled one after the other, none too large to be sent."""

    folder: Path
    parts: list[Path] = field(default_factory=list)
    _open: ZipFile | None = None

    def table(self, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A CSV file as Excel opens it."""
        with (
            self._room().open(f"{name}.csv", "w", force_zip64=True) as raw,
            TextIOWrapper(raw, "utf-8-sig", newline="") as content,
        ):
            csv.writer(content, delimiter=";").writerows([header, *rows])

    def file(self, name: str, content: bytes) -> None:
        """Put a file in, into a new part when this one is full."""
        self._room().writestr(name, content)

    def close(self) -> list[Path]:
        """The parts are whole; where they are."""
        if self._open:
            self._open.close()
        return self.parts

    def _room(self) -> ZipFile:
        if self._open and self.parts[-1].stat().st_size > LARGEST // 2:
            self._open.close()
            self._open = None
        if self._open is None:
            self.parts.append(self.folder / f"mail-center-{len(self.parts) + 1}.zip")
            self._open = ZipFile(self.parts[-1], "w", ZIP_DEFLATED)
        return self._open


async def collect(tx: Transaction, user: User, folder: Path) -> list[Path]:
    """The ZIP files, written a slice at a time beside the event loop."""
    archive = Archive(folder)
    await _to(archive.file, "profile.json", await _profile(tx, user))
    if found := await photo.of(tx, user.id):
        await _to(archive.file, "photo.jpg", found)
    for table, mine in owned(user).items():
        await _table(tx, archive, table, mine)
    query = select(MessageFile.id, MessageFile.name).where(
        owned(user)[Base.metadata.tables["message_files"]]
    )
    for id_, name in (await tx.execute(query)).all():
        content = await tx.scalar(select(MessageFile.content).where(MessageFile.id == id_))
        await _to(archive.file, f"files/{id_}-{Path(name).name}", content)
    return await asyncio.to_thread(archive.close)


async def _profile(tx: Transaction, user: User) -> bytes:
    row = (await tx.execute(select(User.__table__).where(User.id == user.id))).mappings().one()
    told = {name: _cell(value) for name, value in row.items()}
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


async def _table(
    tx: Transaction, archive: Archive, table: Table, mine: ColumnElement[bool]
) -> None:
    columns = [c for c in table.c if c.name not in SECRET and not isinstance(c.type, LargeBinary)]
    query = select(*columns).where(mine).order_by(*table.primary_key)
    no = 0
    async for rows in _slices(tx, query):
        no += 1
        name = table.name if no == 1 else f"{table.name}-{no}"
        cells = await asyncio.to_thread(_cells, rows)
        await _to(archive.table, name, [c.name for c in columns], cells)


async def _slices(tx: Transaction, query: Select[Any]) -> AsyncIterator[Sequence[Any]]:
    """Rows as many as fit a file, read from an open cursor."""
    found = await tx.stream(query.execution_options(yield_per=AT_ONCE))
    rows: list[Any] = []
    async for row in found:
        rows.append(row)
        if len(rows) == 100_000:
            yield rows
            rows = []
    if rows:
        yield rows


def _cells(rows: Sequence[Any]) -> list[list[str]]:
    return [[escaped(_text(value)) for value in row] for row in rows]


def _text(value: Any) -> str:
    plain = _cell(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, str | int | bool | list | dict) else str(value)


async def _to(write: Any, *args: Any) -> None:
    await asyncio.to_thread(write, *args)


def owned(user: User) -> dict[Table, ColumnElement[bool]]:
    """Every table with rows of a user's, and which those are: by a foreign key to the user, or to
    a row that is the user's."""
    found: dict[Table, ColumnElement[bool]] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in ("users", "user_photos", "invitations", "admission_asks"):
            continue
        if (mine := _mine(table, user, found)) is not None:
            found[table] = mine
    found |= _by_name(user)
    return found


def _mine(
    table: Table, user: User, found: dict[Table, ColumnElement[bool]]
) -> ColumnElement[bool] | None:
    for key in table.foreign_keys:
        if key.column.table.name == "users" and key.parent.name in ("owner_id", "user_id"):
            return key.parent == user.id
    for key in table.foreign_keys:
        if (parent := found.get(key.column.table)) is not None and key.column.primary_key:
            return key.parent.in_(select(key.column).where(parent))
    return None


def _by_name(user: User) -> dict[Table, ColumnElement[bool]]:
    """Tables that speak of the user without a foreign key."""
    mailings = select(Mailing.id).where(Mailing.owner_id == user.id)
    of_mailings = Schedule.object_type == Mailing.__tablename__
    about = (Entry.object_type == User.__tablename__) & (Entry.object_id == str(user.id))
    tables = Base.metadata.tables
    return {
        tables[Schedule.__tablename__]: of_mailings & Schedule.object_id.in_(mailings),
        tables[Entry.__tablename__]: about | (Entry.actor_id == user.id),
        tables[TelegramAccount.__tablename__]: TelegramAccount.user_id == user.id,
    }
