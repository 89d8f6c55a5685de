"""What Telegram sent, kept until it has had its effect."""

from datetime import datetime

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Json


class TelegramUpdate(Base):
    """An update is confirmed to Telegram once it stands here.

    `applied_at` is written in the transaction of the update's effect, `done_at` when it has been
    answered: a process killed between the two answers again but never acts again.
    """

    __tablename__ = "telegram_updates"

    update_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sender_id: Mapped[int]
    payload: Mapped[Json]
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    applied_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_telegram_updates_open", "update_id", postgresql_where=text("done_at IS NULL")),
    )
