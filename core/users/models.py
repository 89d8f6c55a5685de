"""Business owners and the Telegram accounts they speak from."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id

QUIET_DAY = (
    "quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439 AND quiet_from <> quiet_to"
)
QUIET_WHOLE = "(quiet_from IS NULL) = (quiet_to IS NULL)"


class User(Base):
    """An owner of messages, clients and mailings; an administrator too when `is_admin`.

    `admission` is an administrator's answer where registration needs one; `verdict_untold` while
    they have not heard it. `daily_quota` is how many mails a day the mailings may send, None
    without end. `delete_at` is when the account is erased unless its owner thinks better of it; an
    erased one stays as the ledger's nobody.
    """

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
    signature: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(server_default=text("false"))
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    admission: Mapped[str] = mapped_column(server_default="approved")
    admission_asked_at: Mapped[datetime | None]
    verdict_untold: Mapped[bool] = mapped_column(server_default=text("false"))
    daily_quota: Mapped[int | None]
    export_asked_at: Mapped[datetime | None]
    export_chat_id: Mapped[int | None]
    delete_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

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
        CheckConstraint("admission IN ('approved', 'waiting', 'refused')", name="admission"),
        CheckConstraint("daily_quota > 0", name="daily_quota"),
        Index("ix_users_waiting", "id", postgresql_where=text("admission = 'waiting'")),
        Index("ix_users_verdict_untold", "id", postgresql_where=text("verdict_untold")),
        Index("ix_users_export", "id", postgresql_where=text("export_chat_id IS NOT NULL")),
        Index("ix_users_delete_at", "delete_at", postgresql_where=text("delete_at IS NOT NULL")),
    )


class TelegramAccount(Base):
    """A chat with the bot. It belongs to nobody until its person registers or signs in.

    `waiting_email` is the address a letter went to: the screen that says so turns by itself once
    the address is confirmed elsewhere. `name` is what Telegram calls the person.
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
    name: Mapped[str] = mapped_column(server_default="")
    seen_at: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None]
    invitation_id: Mapped[int | None] = mapped_column(
        ForeignKey("invitations.id", ondelete="SET NULL")
    )

    user: Mapped[User | None] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("locale IN ('ru', 'en')", name="locale"),
        Index(
            "ix_telegram_accounts_waiting",
            "telegram_id",
            postgresql_where=text("waiting_email IS NOT NULL"),
        ),
    )


class Invitation(Base):
    """A link by which one stranger may register. Only its token's hash is kept."""

    __tablename__ = "invitations"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    used_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("expires_at > created_at", name="lifetime"),)


class Photo(Base):
    """A user's photo: a square JPEG, made anew from what was sent."""

    __tablename__ = "user_photos"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    content: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime]


class AdmissionAsk(Base):
    """A message that asks an administrator to let somebody in; it turns when one has answered."""

    __tablename__ = "admission_asks"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[int]
