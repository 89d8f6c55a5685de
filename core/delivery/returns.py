"""What came back about mails that a server had taken."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    any_,
    bindparam,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Transaction

IDS = ARRAY(BigInteger())


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
        Index("ix_returns_received_at", "received_at"),
    )


async def count_returns(
    tx: Transaction, run_id: int, clients: Sequence[int] | None = None
) -> Mapping[str, int]:
    """Of a run, or some of its clients: how many bounced for good, and how many recipients
    complained of abuse."""
    told = or_(
        (Return.kind == "bounce") & Return.permanent,
        (Return.kind == "complaint") & (Return.reason == "abuse"),
    )
    counted = select(Return.kind, func.count()).where(Return.run_id == run_id, told)
    if clients is not None:
        counted = counted.where(Return.client_id == any_(bindparam("of", clients, IDS)))
    rows = await tx.execute(counted.group_by(Return.kind))
    return {kind: n for kind, n in rows}  # noqa: C416  rows are no pairs to mypy
