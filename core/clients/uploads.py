"""Files of clients that came by the site, kept until their owner has loaded them in the chat.

They lie in PostgreSQL in parts: the bot that reads them may be on another machine than the site.
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

from sqlalchemy import ForeignKey, Index, LargeBinary, delete, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from core.clients.reading import Look
from core.clients.upload_links import Link
from core.db import Base, Id, Json, Transaction
from core.errors import NotFound
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


class Upload(Base):
    """A file by the site; `seen` is what `reading.look` made of it."""

    __tablename__ = "client_uploads"

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    telegram_id: Mapped[int]
    name: Mapped[str]
    size: Mapped[int]
    seen: Mapped[Json]
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_client_uploads_owner", "owner_id", "id"),
        Index("ix_client_uploads_at", "created_at"),
        Index("ix_client_uploads_waiting", "id", postgresql_where=text("shown_at IS NULL")),
    )


class UploadPart(Base):
    """A piece of a file."""

    __tablename__ = "client_upload_parts"

    upload_id: Mapped[int] = mapped_column(
        ForeignKey("client_uploads.id", ondelete="CASCADE"), primary_key=True
    )
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


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


async def keep(
    tx: Transaction, link: Link, name: str, path: Path, look: Look, now: datetime
) -> Upload:
    """Keep a file that was looked at; the bot shows it in the chat once this commits."""
    size = await asyncio.to_thread(os.path.getsize, path)
    upload = Upload(
        owner_id=link.user_id,
        telegram_id=link.telegram_id,
        name=name,
        size=size,
        seen=asdict(look),
        created_at=now,
    )
    tx.add(upload)
    await tx.flush()
    with path.open("rb") as file:
        for no in range(-(-size // PART)):
            content = await asyncio.to_thread(file.read, PART)
            row = {"upload_id": upload.id, "no": no, "content": content}
            await tx.execute(insert(UploadPart).values(row))
    await _make_room(tx, link.user_id)
    await notify(tx, CHANNEL, upload.id)
    return upload


async def _make_room(tx: Transaction, owner_id: int) -> None:
    mine = select(Upload.id).where(Upload.owner_id == owner_id).order_by(Upload.id.desc())
    await tx.execute(delete(Upload).where(Upload.id.in_(mine.offset(MOST))))


async def waiting(tx: Transaction) -> Sequence[Upload]:
    """Those that were not shown in their chat yet."""
    unshown = select(Upload).where(Upload.shown_at.is_(None))
    return (await tx.scalars(unshown.order_by(Upload.id).limit(AT_ONCE))).all()


async def shown(tx: Transaction, upload_id: int, now: datetime) -> None:
    """The chat has its preview."""
    await tx.execute(update(Upload).where(Upload.id == upload_id).values(shown_at=now))


async def get(tx: Transaction, owner: User, upload_id: int) -> Upload | None:
    """An owner's file, while it is kept."""
    query = select(Upload).where(Upload.id == upload_id, Upload.owner_id == owner.id)
    upload: Upload | None = await tx.scalar(query)
    return upload


async def fetch(tx: Transaction, upload: Upload, path: Path) -> None:
    """Write the whole file to `path`, a part at a time."""
    parts = select(UploadPart.content).where(UploadPart.upload_id == upload.id)
    with path.open("wb") as file:
        for no in range(-(-upload.size // PART)):
            content = await tx.scalar(parts.where(UploadPart.no == no))
            await asyncio.to_thread(file.write, content or b"")


async def drop(tx: Transaction, owner: User, upload_id: int) -> None:
    """It is loaded, or not wanted."""
    mine = (Upload.id == upload_id, Upload.owner_id == owner.id)
    await tx.execute(delete(Upload).where(*mine))


async def forget_old(tx: Transaction, now: datetime) -> int:
    """Drop what nobody loaded for a day; says how many."""
    old = select(Upload.id).where(Upload.created_at < now - KEPT_FOR).limit(AT_ONCE)
    gone = delete(Upload).where(Upload.id.in_(old)).returning(Upload.id)
    return len((await tx.scalars(gone)).all())
