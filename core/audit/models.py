"""Who did what to what: written once, never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from core.db import Base, Id, Json


class Entry(Base):
    """One deed. Names are kept as they were; rows they speak of may be gone by now."""

    __tablename__ = "audit_log"

    id: Mapped[Id]
    at: Mapped[datetime]
    via: Mapped[str]
    actor_id: Mapped[int | None]
    actor: Mapped[str]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    object_name: Mapped[str]
    changes: Mapped[Json]
    address: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("via IN ('site', 'bot', 'command')", name="via"),
        Index("ix_audit_log_object", "object_id", "object_type", "id"),
        Index("ix_audit_log_actor", "actor_id", "id"),
    )
