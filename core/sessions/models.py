"""Who is signed in to the site, with which password, and who tried."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id
from core.users.models import User


class Password(Base):
    """A user's password, as its argon2id hash."""

    __tablename__ = "passwords"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    hash: Mapped[str]
    changed_at: Mapped[datetime]


class Session(Base):
    """A browser that is signed in. Only the hash of its cookie is kept.

    One that `awaits_code` has given the password only and may do nothing yet. `proven_at` is when
    its person has last shown that it is they who sit there.
    """

    __tablename__ = "sessions"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    agent: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    awaits_code: Mapped[bool] = mapped_column(server_default=text("false"))

    user: Mapped[User] = relationship(lazy="raise")


class SignInTry(Base):
    """A sign-in that has not succeeded, remembered for as long as it slows others down."""

    __tablename__ = "sign_in_tries"

    id: Mapped[Id]
    account: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_sign_in_tries_account", "account", "at"),
        Index("ix_sign_in_tries_address", "address", "at"),
    )
