"""A mailing: a message, its recipients and, through its schedule, its dates."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id, Json
from core.messages.models import Message
from core.users.models import QUIET_DAY, QUIET_WHOLE


class Mailing(Base):
    """Active from the moment it is accepted; `held_because` says why its sending stands still.

    `segment` is the rule by which clients are chosen when a run begins. Between `quiet_from` and
    `quiet_to`, in minutes from a client's midnight, that client is not written to. Who has not
    been written to `within_minutes` of a run's date is left out.
    """

    __tablename__ = "mailings"

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    status: Mapped[str] = mapped_column(server_default="active")
    audience: Mapped[str] = mapped_column(server_default="all")
    segment: Mapped[Json | None]
    held_because: Mapped[str | None]
    accepted_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    within_minutes: Mapped[int | None]

    message: Mapped[Message] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("status IN ('active', 'frozen', 'finished')", name="status"),
        CheckConstraint("audience IN ('all', 'chosen', 'segment')", name="audience"),
        CheckConstraint("audience <> 'segment' OR segment IS NOT NULL", name="segment"),
        CheckConstraint("(status = 'finished') = (finished_at IS NOT NULL)", name="finished_at"),
        CheckConstraint("status <> 'frozen' OR frozen_at IS NOT NULL", name="frozen_at"),
        CheckConstraint("hidden_at IS NULL OR status = 'finished'", name="hidden_at"),
        CheckConstraint(QUIET_DAY, name="quiet"),
        CheckConstraint(QUIET_WHOLE, name="quiet_whole"),
        CheckConstraint("within_minutes > 0", name="within"),
        Index("ix_mailings_owner", "owner_id", "id"),
    )


class Approval(Base):
    """A mailing to many that an administrator has been asked about; the first answer counts.

    A yes is about a wording and about so many recipients.
    """

    __tablename__ = "approvals"

    mailing_id: Mapped[int] = mapped_column(
        ForeignKey("mailings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    recipients: Mapped[int]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("message_versions.id"))
    asked_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'declined')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_at"),
        Index("ix_approvals_open", "asked_at", postgresql_where=text("decision IS NULL")),
    )


class MailingClient(Base):
    """A client chosen by hand for a mailing whose audience is `chosen`."""

    __tablename__ = "mailing_clients"

    mailing_id: Mapped[int] = mapped_column(
        ForeignKey("mailings.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[int] = mapped_column(
        ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class SavedSegment(Base):
    """A rule for choosing clients that an owner keeps under a name."""

    __tablename__ = "saved_segments"

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    rule: Mapped[Json]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("owner_id", "name"),)


class LiveCard(Base):
    """A message in a chat that shows a mailing and is kept up to date."""

    __tablename__ = "live_cards"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[int]
    mailing_id: Mapped[int] = mapped_column(
        ForeignKey("mailings.id", ondelete="CASCADE"), index=True
    )
    shown: Mapped[str] = mapped_column(server_default=text("''"))
    shown_at: Mapped[datetime]
