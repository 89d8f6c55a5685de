"""When something is to happen next. Any object with an id can have a schedule."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, Json


class Schedule(Base):
    """A task for an object, by a recurrence in a time zone.

    `next_at` is the date that counts; it moves in the transaction that starts what was due.
    `behind_at` is one that has come and waits for the run before it, if `overlap` is queue.
    """

    __tablename__ = "schedules"

    id: Mapped[Id]
    object_type: Mapped[str]
    object_id: Mapped[int]
    task: Mapped[str]
    kwargs: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    recurrence: Mapped[Json]
    start_at: Mapped[datetime]
    timezone: Mapped[str]
    next_at: Mapped[datetime | None]
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    done: Mapped[int] = mapped_column(server_default=text("0"))
    missed: Mapped[str] = mapped_column(server_default="run_once")
    zone_data: Mapped[str] = mapped_column(server_default=text("''"))  # version behind next_at
    start_offset: Mapped[int | None]  # of start_at in its zone then, in seconds
    overlap: Mapped[str] = mapped_column(server_default="skip")
    behind_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("object_type", "object_id"),
        CheckConstraint("missed IN ('run_once', 'skip', 'ask')", name="missed"),
        CheckConstraint("overlap IN ('skip', 'queue')", name="overlap"),
        Index(
            "ix_schedules_due",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL AND NOT paused"),
        ),
        Index(
            "ix_schedules_paused",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL AND paused"),
        ),
        Index(
            "ix_schedules_behind",
            "behind_at",
            postgresql_where=text("behind_at IS NOT NULL"),
        ),
        # Every date leaves a dead entry at the front of the index that each sweep reads.
        {
            "postgresql_with": {
                "autovacuum_vacuum_scale_factor": "0.01",
                "autovacuum_analyze_scale_factor": "0.02",
            }
        },
    )
