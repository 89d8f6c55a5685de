"""The people an owner writes to."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, Json
from core.mail.addresses import show_email

# What clients are looked for by, in small letters: one text, in PostgreSQL's own spelling.
SEARCHED: ColumnElement[str] = literal_column(
    "lower((((((clients.email || ' ') || clients.first_name) || ' ') || clients.last_name)"
    " || ' ') || COALESCE(clients.phone, ''))",
    Text,
)


class Client(Base):
    """A recipient: active unless the owner switched it off, and unless it unsubscribed.

    `own` holds the owner's own fields by their keys (see OwnField), as they read in a letter. An
    address that bounced is switched off too; `bounced_at` and `bounce_reason` say why.
    """

    __tablename__ = "clients"
    __cached__ = True

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    email: Mapped[str]
    first_name: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str | None]
    comment: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    country: Mapped[str | None]
    city: Mapped[str] = mapped_column(server_default="")
    company: Mapped[str] = mapped_column(server_default="")
    timezone: Mapped[str | None]
    language: Mapped[str | None]
    consent: Mapped[str] = mapped_column(server_default="")
    consent_on: Mapped[date | None] = mapped_column(Date)
    own: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    unsubscribed_at: Mapped[datetime | None]
    unsubscribed_because: Mapped[str | None]
    bounced_at: Mapped[datetime | None]
    bounce_reason: Mapped[str | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("uq_clients_owner_email", "owner_id", func.lower(text("email")), unique=True),
        Index("ix_clients_owner", "owner_id", "id"),
        Index("ix_clients_email", func.lower(text("email"))),
        # With the owner in it: a word that all owners' clients share is found among one's own.
        Index(
            "ix_clients_searched",
            "owner_id",
            SEARCHED.label("searched"),
            "tags",
            postgresql_using="gin",
            postgresql_ops={"searched": "gin_trgm_ops"},
        ),
        Index("ix_clients_inactive", "id", postgresql_where=text("active IS false")),
        Index(
            "ix_clients_unsubscribed", "id", postgresql_where=text("unsubscribed_at IS NOT NULL")
        ),
        CheckConstraint("email ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="email"),
        CheckConstraint("phone ~ '^\\+[0-9]{6,15}$'", name="phone"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
    )

    @property
    def name(self) -> str:
        """First and last name as one, the address when neither is known."""
        return f"{self.first_name} {self.last_name}".strip() or show_email(self.email)


class OwnField(Base):
    """A field of an owner's own: `key` is its placeholder and never changes, `title` may."""

    __tablename__ = "client_fields"
    __cached__ = True

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    key: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("owner_id", "key"),
        CheckConstraint("kind IN ('text', 'number', 'date')", name="kind"),
    )


class Import(Base):
    """Many clients written at once; kept for as long as it can be undone."""

    __tablename__ = "client_imports"

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_client_imports_owner", "owner_id", "at"),
        Index("ix_client_imports_at", "at"),
    )


class ImportChange(Base):
    """What an import changed in a client that was there before it: the fields, old and new."""

    __tablename__ = "client_import_changes"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("client_imports.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    before: Mapped[Json]
    after: Mapped[Json]


class ErasedAddress(Base):
    """All that is left of an erased client who may not be written to: a keyed hash, and why."""

    __tablename__ = "erased_addresses"

    owner_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    unsubscribed_at: Mapped[datetime | None]
    unsubscribed_because: Mapped[str | None]
    bounced_at: Mapped[datetime | None]
    bounce_reason: Mapped[str | None]
