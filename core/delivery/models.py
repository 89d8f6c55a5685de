"""The ledger: a run of a mailing and, for each of its recipients, what became of it."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, Json

OPEN = ("queued", "sending", "deferred")


class Run(Base):
    """One sending of a mailing. `preparing` while its recipients are written down.

    Who is not written to before `send_before` is left out.
    A date on which nothing could be sent is a finished run too, with `skipped_because`.
    `summary` says what its deleted rows have said; all are gone that may go since `forgotten_at`.
    """

    __tablename__ = "runs"

    id: Mapped[Id]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailings.id", ondelete="RESTRICT"))
    no: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("message_versions.id"))
    status: Mapped[str] = mapped_column(server_default="preparing")
    due_at: Mapped[datetime]
    filled_to: Mapped[int] = mapped_column(server_default=text("0"))
    claimed_to: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    prepared_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    skipped_because: Mapped[str | None]
    send_before: Mapped[datetime | None]
    summary: Mapped[Json | None]
    forgotten_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("mailing_id", "no"),
        CheckConstraint("status IN ('preparing', 'sending', 'finished')", name="status"),
        Index(
            "uq_runs_open",
            "mailing_id",
            unique=True,
            postgresql_where=text("status <> 'finished'"),
        ),
    )


class Delivery(Base):
    """A recipient of a run: written before anything is sent, settled by what the server said.

    The client's id stays when the client is erased; `values` are those the mail was filled with.
    `claim` names the attempt that last had the row: an answer read late still finds it.

    Rows are claimed in the order of their clients, up to `runs.claimed_to`: one that stands as
    queued below that is being sent, by the claim in whose range it lies. `again` marks those that
    are to be claimed out of turn when they are due; these stand as `sending` meanwhile. No index
    depends on anything else, so that settling changes a row within its page (HOT), for which the
    page has room.
    """

    __tablename__ = "deliveries"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    client_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[str]
    values: Mapped[Json]
    status: Mapped[str] = mapped_column(server_default="queued")
    reason: Mapped[str | None]
    version_id: Mapped[int]
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime]
    again: Mapped[bool] = mapped_column(server_default=text("false"))
    claim: Mapped[str | None]
    account: Mapped[str | None]
    smtp_code: Mapped[int | None]
    enhanced: Mapped[str | None]
    smtp_text: Mapped[str | None]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'uncertain', 'skipped')",
            name="status",
        ),
        CheckConstraint("status <> 'sending' OR claim IS NOT NULL", name="claim"),
        CheckConstraint("status <> 'skipped' OR reason IS NOT NULL", name="reason"),
        CheckConstraint("status <> 'deferred' OR again", name="again"),
        Index("ix_deliveries_again", "run_id", "due_at", postgresql_where=text("again")),
    )


class RunCount(Base):
    """How many of a run's recipients stand where, deleted ones too: the sum over all backends.

    Kept by a trigger of `deliveries`, whoever changes them. What one of PostgreSQL's backends has
    changed is counted in rows of its own, some of them negative: nobody waits for another.
    """

    __tablename__ = "run_counts"

    run_id: Mapped[int] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    backend: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]


class OpenClaim(Base):
    """Rows of a run that were taken together and are being sent: `open` of them yet.

    They lie between the clients `first_id` and `last_id`. A `whole` claim has all rows of its
    range that are queued and not to be claimed `again`: it was made without a touch to them, and
    each is written once, with its outcome. Any other has the rows that bear its name. The lease
    is here, so that holding on to it touches no row.
    """

    __tablename__ = "claims"

    name: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    first_id: Mapped[int]
    last_id: Mapped[int]
    whole: Mapped[bool] = mapped_column(server_default=text("false"))
    open: Mapped[int]
    lease_until: Mapped[datetime]


class PastOutcome(Base):
    """What was known of a recipient before the owner decided to send again or to leave it."""

    __tablename__ = "past_outcomes"

    id: Mapped[Id]
    run_id: Mapped[int]
    client_id: Mapped[int]
    status: Mapped[str]
    reason: Mapped[str | None]
    attempt: Mapped[int]
    account: Mapped[str | None]
    smtp_code: Mapped[int | None]
    enhanced: Mapped[str | None]
    smtp_text: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    decision: Mapped[str]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ("run_id", "client_id"),
            ("deliveries.run_id", "deliveries.client_id"),
            name="fk_past_outcomes_delivery",
            ondelete="CASCADE",
        ),
        CheckConstraint("decision IN ('send_again', 'count_as_sent')", name="decision"),
        Index("ix_past_outcomes_delivery", "run_id", "client_id"),
    )
