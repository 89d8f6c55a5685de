"""Business owners and the Telegram accounts they speak from."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id

QUIET_DAY = (
    "quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439 AND quiet_from <> quiet_to"
)
QUIET_WHOLE = "(quiet_from IS NULL) = (quiet_to IS NULL)"


class User(Base):
    """An owner of messages, clients and mailings; an administrator too when `is_admin`."""

    __tablename__ = "users"

    id: Mapped[Id]
    name: Mapped[str]
    email: Mapped[str]
    email_confirmed_at: Mapped[datetime | None]
    phone: Mapped[str]
    country: Mapped[str]
    timezone: Mapped[str]
    locale: Mapped[str] = mapped_column(server_default="ru")
    quiet_from: Mapped[int | None]  # of new mailings, in minutes from midnight
    quiet_to: Mapped[int | None]
    is_admin: Mapped[bool] = mapped_column(server_default=text("false"))
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        # Only a proven address is taken: nobody can hold one they do not read.
        Index(
            "uq_users_email",
            func.lower(text("email")),
            unique=True,
            postgresql_where=text("email_confirmed_at IS NOT NULL"),
        ),
        CheckConstraint("length(country) = 2", name="country"),
        # An administrator made from the command line has given none.
        CheckConstraint("phone = '' OR phone ~ '^\\+[0-9]{6,15}$'", name="phone"),
        CheckConstraint("locale IN ('ru', 'en')", name="locale"),
        CheckConstraint(QUIET_DAY, name="quiet"),
        CheckConstraint(QUIET_WHOLE, name="quiet_whole"),
    )


class TelegramAccount(Base):
    """A chat with the bot. It belongs to nobody until its person registers or signs in.

    `waiting_email` is the address a letter went to: the screen that says so turns by itself once
    the address is confirmed elsewhere.
    """

    __tablename__ = "telegram_accounts"

    telegram_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    locale: Mapped[str] = mapped_column(server_default="ru")
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    waiting_email: Mapped[str | None]

    user: Mapped[User | None] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("locale IN ('ru', 'en')", name="locale"),
        Index(
            "ix_telegram_accounts_waiting",
            "telegram_id",
            postgresql_where=text("waiting_email IS NOT NULL"),
        ),
    )
