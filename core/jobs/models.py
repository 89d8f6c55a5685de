"""Work to be done by workers. The row is the truth; a queue message only points at it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, Json


class Job(Base):
    """One task with its arguments; leased while it runs, kept afterwards as history."""

    __tablename__ = "jobs"

    id: Mapped[Id]
    task: Mapped[str]
    queue: Mapped[str]
    args: Mapped[Json]
    key: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(server_default="queued")
    due_at: Mapped[datetime]
    kicked_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    worker: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("queue IN ('mail.tx', 'mail.bulk')", name="queue"),
        CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name="status"),
        CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="lease"),
        Index("ix_jobs_queued", "due_at", postgresql_where=text("status = 'queued'")),
        Index("ix_jobs_running", "lease_until", postgresql_where=text("status = 'running'")),
        Index("ix_jobs_failed", "id", postgresql_where=text("status = 'failed'")),
        Index("ix_jobs_finished_at", "finished_at"),
    )


class WorkerProcess(Base):
    """A process that says each few seconds that it is there; one that ended well is gone.

    The counts are of dates it started, by what made it look. A scheduler has no queues.
    """

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    queues: Mapped[list[str]] = mapped_column(ARRAY(Text))
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    started_by_hint: Mapped[int] = mapped_column(server_default=text("0"))
    started_by_sweep: Mapped[int] = mapped_column(server_default=text("0"))


class Pause(Base):
    """What stands still until somebody lets it go on: a queue, or everything (maintenance).

    A row a thing, read by every worker; nothing that waits is lost meanwhile.
    """

    __tablename__ = "pauses"

    what: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    by_whom: Mapped[str]

    __table_args__ = (
        CheckConstraint("what IN ('mail.tx', 'mail.bulk', 'everything')", name="what"),
    )


class DeadLetter(Base):
    """A queue's message that no worker understood, kept for a person to read."""

    __tablename__ = "dead_letters"

    id: Mapped[Id]
    queue: Mapped[str]
    reason: Mapped[str]
    body: Mapped[str]
    received_at: Mapped[datetime]
