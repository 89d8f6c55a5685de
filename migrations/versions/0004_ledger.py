"""ledger: what the owner decided, and the doubtful found quickly"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "past_outcomes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("smtp_code", sa.BigInteger(), nullable=True),
        sa.Column("enhanced", sa.Text(), nullable=True),
        sa.Column("smtp_text", sa.Text(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "decision IN ('send_again', 'count_as_sent')",
            name=op.f("ck_past_outcomes_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["users.id"],
            name=op.f("fk_past_outcomes_decided_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "client_id"],
            ["deliveries.run_id", "deliveries.client_id"],
            name="fk_past_outcomes_delivery",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_outcomes")),
    )
    op.create_index("ix_past_outcomes_delivery", "past_outcomes", ["run_id", "client_id"])
    op.create_index(
        "ix_deliveries_uncertain",
        "deliveries",
        ["run_id"],
        postgresql_where=sa.text("status = 'uncertain'"),
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_uncertain", "deliveries")
    op.drop_table("past_outcomes")
