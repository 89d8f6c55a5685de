"""What an owner writes. Every change is a new version; a run remembers which one it sent."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id

version_files = Table(
    "version_files",
    Base.metadata,
    Column("version_id", ForeignKey("message_versions.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", ForeignKey("message_files.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_version_files_file_id", "file_id"),
)


class MessageFile(Base):
    """A picture or a document of a message; never changed, versions name those they have."""

    __tablename__ = "message_files"

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int]
    width: Mapped[int | None]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)

    @property
    def is_picture(self) -> bool:
        """Shown in the letter, not attached to it."""
        return self.width is not None


class MessageVersion(Base):
    """One wording of a message; never changed once written. A card may end with a button."""

    __tablename__ = "message_versions"

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    no: Mapped[int]
    subject: Mapped[str]
    html: Mapped[str]
    layout: Mapped[str] = mapped_column(server_default="letter")
    button_text: Mapped[str | None]
    button_url: Mapped[str | None]
    created_at: Mapped[datetime]

    files: Mapped[list[MessageFile]] = relationship(
        secondary=version_files, order_by=MessageFile.id, lazy="raise"
    )

    __table_args__ = (
        UniqueConstraint("message_id", "no"),
        CheckConstraint("subject <> '' AND subject !~ '[\\r\\n]'", name="subject"),
        CheckConstraint("layout IN ('plain', 'letter', 'card')", name="layout"),
        CheckConstraint("(button_text IS NULL) = (button_url IS NULL)", name="button"),
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
