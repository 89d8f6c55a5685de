"""The people an owner writes to."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id

# What administrators look for among all owners' clients: one text, in PostgreSQL's own spelling.
SEARCHED: ColumnElement[str] = literal_column(
    "lower((((((clients.email || ' ') || clients.first_name) || ' ') || clients.last_name)"
    " || ' ') || COALESCE(clients.phone, ''))",
    Text,
)


class Client(Base):
    """A recipient: active unless the owner switched it off, and unless it unsubscribed."""

    __tablename__ = "clients"

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    email: Mapped[str]
    first_name: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str | None]
    comment: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    unsubscribed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("uq_clients_owner_email", "owner_id", func.lower(text("email")), unique=True),
        Index("ix_clients_owner", "owner_id", "id"),
        Index("ix_clients_email", func.lower(text("email"))),
        Index(
            "ix_clients_searched",
            SEARCHED.label("searched"),
            postgresql_using="gin",
            postgresql_ops={"searched": "gin_trgm_ops"},
        ),
        Index("ix_clients_tags", "tags", postgresql_using="gin"),
        CheckConstraint("email ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="email"),
        CheckConstraint("phone ~ '^\\+[0-9]{6,15}$'", name="phone"),
    )

    @property
    def name(self) -> str:
        """First and last name as one, the address when neither is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.email
