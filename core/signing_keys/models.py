"""Keys that sign the mails of domains (DKIM)."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id


class SigningKey(Base):
    """A domain's key, its private half sealed by a key of SECRET_KEY's.

    It signs from `signs_since` on: not before its public half stands in the DNS, since a mail
    whose signature nobody can check is worse off than one without.
    """

    __tablename__ = "signing_keys"

    id: Mapped[Id]
    domain: Mapped[str] = mapped_column(unique=True)
    selector: Mapped[str]
    private_key: Mapped[str]
    public_key: Mapped[str]
    signs_since: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("domain = lower(domain)", name="domain"),)
