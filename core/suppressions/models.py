"""Addresses that get no mail, whoever has them among the clients."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id


class Suppression(Base):
    """An address held off from one owner's mailings, or from everybody's (no owner)."""

    __tablename__ = "suppressions"

    id: Mapped[Id]
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str]
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("reason IN ('bounce', 'complaint', 'by_hand')", name="reason"),
        CheckConstraint("email = lower(email)", name="email"),
        Index("uq_suppressions_owner", "email", "owner_id", unique=True),
        Index(
            "uq_suppressions_everybody",
            "email",
            unique=True,
            postgresql_where=text("owner_id IS NULL"),
        ),
    )
