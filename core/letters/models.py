"""Service letters (confirmations, sign-in codes) and the tokens they carry."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id


class EmailToken(Base):
    """Proof that somebody reads an address; only hashes of the link's token and of the code.

    One of nobody's proves nothing, but its tries are counted: a chat that asked to sign in with an
    address without an account is answered as every other.
    """

    __tablename__ = "email_tokens"

    id: Mapped[Id]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    telegram_id: Mapped[int | None]
    purpose: Mapped[str]
    email: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    code_hash: Mapped[str]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("purpose IN ('confirm', 'sign_in', 'password', 'sender')", name="purpose"),
        CheckConstraint("expires_at > created_at", name="lifetime"),
    )


class Letter(Base):
    """A letter from the service itself. Its token is made by the worker that sends it.

    `telegram_id` is the chat that asked for it; one to an address without an account has no user.
    """

    __tablename__ = "letters"

    id: Mapped[Id]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    telegram_id: Mapped[int | None]
    purpose: Mapped[str]
    recipient: Mapped[str]
    name: Mapped[str]
    locale: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="queued")
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    smtp_code: Mapped[int | None]
    smtp_text: Mapped[str | None]
    printed: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "purpose IN ('confirm', 'sign_in', 'no_account', 'password', 'sender', 'moved')",
            name="purpose",
        ),
        CheckConstraint("(user_id IS NULL) = (purpose = 'no_account')", name="user"),
        CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'uncertain')",
            name="status",
        ),
        Index("ix_letters_recipient", func.lower(text("recipient")), "created_at"),
        Index("ix_letters_telegram", "telegram_id", "created_at"),
        Index(
            "ix_letters_open", "due_at", postgresql_where=text("status IN ('queued', 'deferred')")
        ),
    )
