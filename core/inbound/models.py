"""What came back about mails that a server had taken."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Return(Base):
    """A bounce of one mail, or a complaint about it; `permanent` and `reason` as it was read.

    Apart from the ledger's rows, which say what the server answered and stay as they are.
    """

    __tablename__ = "returns"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    client_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    permanent: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str]
    status: Mapped[str | None]
    text: Mapped[str]
    received_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ("run_id", "client_id"),
            ("deliveries.run_id", "deliveries.client_id"),
            name="fk_returns_delivery",
            ondelete="CASCADE",
        ),
        CheckConstraint("kind IN ('bounce', 'complaint')", name="kind"),
    )


class InboxPosition(Base):
    """How far a mailbox has been read by IMAP."""

    __tablename__ = "inbox_positions"

    name: Mapped[str] = mapped_column(primary_key=True)
    validity: Mapped[int]
    last_uid: Mapped[int]
