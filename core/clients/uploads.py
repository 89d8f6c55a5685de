"""Files of clients, kept from when they were sent until they are loaded, a day at most.

They lie in PostgreSQL in parts: what takes them in (the chat or the site) and the worker that
loads them may be on different machines.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, and_, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from core.clients import own, reading
from core.clients.reading import Look
from core.clients.upload_links import Link
from core.db import Base, Id, Json, Sessions, Transaction, clock
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.notices import notify
from core.settings import Settings
from core.users.models import TelegramAccount, User

CHANNEL = "clients_uploaded"
FOLDER = "uploads"  # in DATA_DIR, for as long as a file is worked on
KEPT_FOR = timedelta(days=1)
MOST = 3  # of an owner's; the oldest makes room
PART = 1024 * 1024
AT_ONCE = 50
SIGNED_OUT = N_("The chat that this link came from has no account any more. Ask for a new link.")
FORGOTTEN = N_("This file is no longer at hand. Please send it again.")
LOADING = N_("This file is being loaded already.")
LOADED = N_("This file is loaded already.")


class Upload(Base):
    """A file; `seen` is what `reading.look` made of it, with the columns and tags that were chosen
    since.

    It is on its way into the list while it is `wanted_at` (see loading.py), as far as `progress`
    says; the owner has not been told yet of an `outcome`, with which come the rows in `errors`.
    """

    __tablename__ = "client_uploads"

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    telegram_id: Mapped[int]
    name: Mapped[str]
    size: Mapped[int]
    seen: Mapped[Json]
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    wanted_at: Mapped[datetime | None]
    progress: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    outcome: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    errors: Mapped[bytes | None] = mapped_column(
        LargeBinary, deferred=True, deferred_raiseload=True
    )
    loaded_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_client_uploads_owner", "owner_id", "id"),
        Index("ix_client_uploads_at", "created_at"),
        Index("ix_client_uploads_waiting", "id", postgresql_where=text("shown_at IS NULL")),
        Index(
            "ix_client_uploads_busy",
            "id",
            postgresql_where=text("wanted_at IS NOT NULL OR outcome IS NOT NULL"),
        ),
    )


class UploadPart(Base):
    """A piece of a file."""

    __tablename__ = "client_upload_parts"

    upload_id: Mapped[int] = mapped_column(
        ForeignKey("client_uploads.id", ondelete="CASCADE"), primary_key=True
    )
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


# Nobody waits for anything of such a file.
_IDLE = and_(Upload.wanted_at.is_(None), Upload.outcome.is_(None))


@contextmanager
def workplace(settings: Settings) -> Iterator[Path]:
    """A folder for one file; not in /tmp, which may be memory."""
    above = settings.data_dir / FOLDER
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(above)
    with TemporaryDirectory(dir=above) as folder:
        yield Path(folder)


def _sweep(above: Path) -> None:
    """What a process that was killed has left there."""
    for left in above.iterdir():
        try:
            if time.time() - left.stat().st_mtime > KEPT_FOR.total_seconds():
                shutil.rmtree(left, ignore_errors=True)
        except FileNotFoundError:
            continue  # somebody else's work is done


async def owner_of(tx: Transaction, link: Link) -> User:
    """Whose list a link is for; NotFound once the chat has been signed out."""
    query = select(User).join(TelegramAccount, TelegramAccount.user_id == User.id)
    mine = (User.id == link.user_id, TelegramAccount.telegram_id == link.telegram_id)
    owner: User | None = await tx.scalar(query.where(*mine, User.erased_at.is_(None)))
    if owner is None:
        raise NotFound(SIGNED_OUT)
    return owner


async def take_in(
    sessions: Sessions, owner: User, link: Link, name: str, path: Path, *, shown: bool = False
) -> Upload:
    """Look at a file and keep it; Invalid says what is wrong with it."""
    async with sessions() as tx:
        titles = own.columns_of(await own.all_of(tx, owner))
    look = await reading.look(name, path, titles)
    async with sessions.begin() as tx:
        return await keep(tx, link, name, path, look, await clock(tx), shown=shown)


async def chat_of(tx: Transaction, upload: Upload) -> TelegramAccount | None:
    """The chat that a file came from, with its user; None once it has been signed out."""
    query = select(TelegramAccount).options(joinedload(TelegramAccount.user)).join(User)
    mine = (TelegramAccount.telegram_id == upload.telegram_id, User.id == upload.owner_id)
    account: TelegramAccount | None = await tx.scalar(query.where(*mine, User.erased_at.is_(None)))
    return account


async def keep(
    tx: Transaction,
    link: Link,
    name: str,
    path: Path,
    look: Look,
    now: datetime,
    *,
    shown: bool = False,
) -> Upload:
    """Keep a file that was looked at; unless it is `shown` already, the bot shows it in the chat
    once this commits."""
    size = await asyncio.to_thread(os.path.getsize, path)
    upload = Upload(
        owner_id=link.user_id,
        telegram_id=link.telegram_id,
        name=name,
        size=size,
        seen=asdict(look),
        created_at=now,
        shown_at=now if shown else None,
    )
    tx.add(upload)
    await tx.flush()
    with path.open("rb") as file:
        for no in range(-(-size // PART)):
            content = await asyncio.to_thread(file.read, PART)
            row = {"upload_id": upload.id, "no": no, "content": content}
            await tx.execute(insert(UploadPart).values(row))
    await _make_room(tx, link.user_id)
    if not shown:
        await notify(tx, CHANNEL, upload.id)
    return upload


async def _make_room(tx: Transaction, owner_id: int) -> None:
    mine = select(Upload.id).where(Upload.owner_id == owner_id, _IDLE, Upload.loaded_at.is_(None))
    older = mine.order_by(Upload.id.desc()).offset(MOST)
    await tx.execute(delete(Upload).where(Upload.id.in_(older)))


async def waiting(tx: Transaction) -> Sequence[Upload]:
    """Those that were not shown in their chat yet."""
    unshown = select(Upload).where(Upload.shown_at.is_(None))
    return (await tx.scalars(unshown.order_by(Upload.id).limit(AT_ONCE))).all()


async def shown(tx: Transaction, upload_id: int, now: datetime) -> None:
    """The chat has its preview."""
    await tx.execute(update(Upload).where(Upload.id == upload_id).values(shown_at=now))


async def at_hand(tx: Transaction, owner: User, upload_id: int, *, lock: bool = False) -> Upload:
    """An owner's file that is not being loaded yet, `lock` to change it; Conflict says why not."""
    query = select(Upload).where(Upload.id == upload_id, Upload.owner_id == owner.id)
    upload: Upload | None = await tx.scalar(query.with_for_update() if lock else query)
    if upload is None:
        raise Conflict(FORGOTTEN)
    if upload.loaded_at or upload.wanted_at:
        raise Conflict(LOADED if upload.loaded_at else LOADING)
    return upload


def choose(upload: Upload, **chosen: Any) -> None:
    """Other `columns` or `tags` than before."""
    upload.seen = upload.seen | chosen


async def fetch(tx: Transaction, upload: Upload, path: Path) -> None:
    """Write the whole file to `path`, a part at a time."""
    parts = select(UploadPart.content).where(UploadPart.upload_id == upload.id)
    with path.open("wb") as file:
        for no in range(-(-upload.size // PART)):
            content = await tx.scalar(parts.where(UploadPart.no == no))
            await asyncio.to_thread(file.write, content or b"")


async def drop(tx: Transaction, owner: User, upload_id: int) -> None:
    """The owner does not want it."""
    await tx.delete(await at_hand(tx, owner, upload_id, lock=True))


async def drop_content(tx: Transaction, upload: Upload) -> None:
    """It is loaded; for a day its button still says so."""
    await tx.execute(delete(UploadPart).where(UploadPart.upload_id == upload.id))


async def forget_old(tx: Transaction, now: datetime) -> int:
    """Drop what came a day ago and nobody waits for; says how many."""
    old = select(Upload.id).where(Upload.created_at < now - KEPT_FOR, _IDLE).limit(AT_ONCE)
    gone = delete(Upload).where(Upload.id.in_(old)).returning(Upload.id)
    return len((await tx.scalars(gone)).all())
