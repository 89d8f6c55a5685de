"""what came back about mails: bounces and complaints; mailboxes read for them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "returns",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("permanent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('bounce', 'complaint')", name=op.f("ck_returns_kind")),
        sa.ForeignKeyConstraint(
            ["run_id", "client_id"],
            ["deliveries.run_id", "deliveries.client_id"],
            name="fk_returns_delivery",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "client_id", "kind", name=op.f("pk_returns")),
    )
    op.create_table(
        "inbox_positions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_inbox_positions")),
    )


def downgrade() -> None:
    op.drop_table("inbox_positions")
    op.drop_table("returns")
