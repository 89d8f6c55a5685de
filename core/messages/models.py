"""What an owner writes. Every change is a new version; a run remembers which one it sent."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id


class MessageVersion(Base):
    """One wording of a message; never changed once written."""

    __tablename__ = "message_versions"

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    no: Mapped[int]
    subject: Mapped[str]
    html: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("message_id", "no"),
        CheckConstraint("subject <> '' AND subject !~ '[\\r\\n]'", name="subject"),
    )


class Message(Base):
    """A message with its current version; an inactive one is sent to nobody."""

    __tablename__ = "messages"

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    slug: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    version_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_versions.id", use_alter=True, deferrable=True, initially="DEFERRED")
    )
    created_at: Mapped[datetime]

    version: Mapped[MessageVersion | None] = relationship(
        lazy="joined", foreign_keys=[version_id], post_update=True
    )

    __table_args__ = (
        UniqueConstraint("owner_id", "slug"),
        Index("ix_messages_owner", "owner_id", "id"),
    )
