"""mailings to clients by rule, and rules kept under a name"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("mailings", sa.Column("segment", postgresql.JSONB(), nullable=True))
    op.drop_constraint(op.f("ck_mailings_audience"), "mailings")
    op.create_check_constraint(
        op.f("ck_mailings_audience"), "mailings", "audience IN ('all', 'chosen', 'segment')"
    )
    op.create_check_constraint(
        op.f("ck_mailings_segment"), "mailings", "audience <> 'segment' OR segment IS NOT NULL"
    )
    op.create_table(
        "saved_segments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_saved_segments_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_segments")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_segments_owner_id_name")),
    )
    op.create_index("ix_clients_tags", "clients", ["tags"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_clients_tags", "clients")
    op.drop_table("saved_segments")
    op.execute("UPDATE mailings SET audience = 'all' WHERE audience = 'segment'")
    op.drop_constraint(op.f("ck_mailings_segment"), "mailings")
    op.drop_constraint(op.f("ck_mailings_audience"), "mailings")
    op.create_check_constraint(
        op.f("ck_mailings_audience"), "mailings", "audience IN ('all', 'chosen')"
    )
    op.drop_column("mailings", "segment")
