"""SMTP accounts, what each has been given to send, and who holds its connections."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger

from core.db import Base, Id, Json


class SmtpAccount(Base):
    """The installation's (no owner) or an owner's own. One row follows the settings.

    `password` is sealed by a key of SECRET_KEY's. `connections` is the number that all workers
    share, None for a server of one's own, where each opens as many as it can use. `problem` says
    why the account as a whole cannot send until `backing_off_until`.
    """

    __tablename__ = "smtp_accounts"

    id: Mapped[Id]
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    from_settings: Mapped[bool] = mapped_column(server_default=text("false"))
    name: Mapped[str]
    host: Mapped[str]
    port: Mapped[int]
    security: Mapped[str]
    username: Mapped[str | None]
    password: Mapped[str | None]
    from_address: Mapped[str]
    from_name: Mapped[str | None]
    from_confirmed_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(server_default=text("100"))
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    connections: Mapped[int | None]
    messages_per_connection: Mapped[int] = mapped_column(server_default=text("500"))
    per_second: Mapped[int | None]
    per_hour: Mapped[int | None]
    per_day: Mapped[int | None]
    domain_limits: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    warm_up: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    warm_up_from: Mapped[date | None]
    problem: Mapped[str | None]
    problem_text: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    backing_off_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("security IN ('none', 'starttls', 'tls')", name="security"),
        CheckConstraint("port BETWEEN 1 AND 65535", name="port"),
        CheckConstraint("connections > 0 AND messages_per_connection > 0", name="connections"),
        CheckConstraint("per_second > 0 AND per_hour > 0 AND per_day > 0", name="limits"),
        CheckConstraint("NOT from_settings OR owner_id IS NULL", name="from_settings"),
        CheckConstraint("(problem IS NULL) = (backing_off_until IS NULL)", name="problem"),
        Index(
            "uq_smtp_accounts_from_settings",
            "name",
            unique=True,
            postgresql_where=text("from_settings"),
        ),
    )


class AccountUse(Base):
    """What an account with limits has been given to send, in all (domain "") or to one domain.

    All workers take their grants from this row. `free_at` is when the pace of a limit per second
    allows the next.
    """

    __tablename__ = "account_uses"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("smtp_accounts.id", ondelete="CASCADE"), primary_key=True
    )
    domain: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime]
    hour_used: Mapped[int] = mapped_column(server_default=text("0"))
    day: Mapped[datetime]
    day_used: Mapped[int] = mapped_column(server_default=text("0"))
    free_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("hour_used >= 0 AND day_used >= 0", name="used"),)


class OwnerUse(Base):
    """What an owner with a quota has been given to send today, through whatever account."""

    __tablename__ = "owner_uses"

    owner_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[datetime]
    used: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (CheckConstraint("used >= 0", name="used"),)


class AccountLease(Base):
    """Connections of an account that somebody uses until `lease_until`; 0 of them: it waits."""

    __tablename__ = "account_leases"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("smtp_accounts.id", ondelete="CASCADE"), primary_key=True
    )
    holder: Mapped[str] = mapped_column(primary_key=True)
    connections: Mapped[int]
    lease_until: Mapped[datetime]

    __table_args__ = (CheckConstraint("connections >= 0", name="connections"),)
