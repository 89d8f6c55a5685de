"""heartbeats of workers, the project's own duties, dates behind a run, time zone data"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
SETTINGS = ("autovacuum_vacuum_scale_factor", "autovacuum_analyze_scale_factor")


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("queues", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint("name", name=op.f("uq_duties_name")),
    )
    op.add_column(
        "schedules", sa.Column("zone_data", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("schedules", sa.Column("start_offset", sa.BigInteger(), nullable=True))
    op.add_column(
        "schedules", sa.Column("overlap", sa.Text(), server_default="skip", nullable=False)
    )
    op.add_column("schedules", sa.Column("behind_at", MOMENT, nullable=True))
    op.create_check_constraint(
        op.f("ck_schedules_overlap"), "schedules", "overlap IN ('skip', 'queue')"
    )
    op.create_index(
        "ix_schedules_behind",
        "schedules",
        ["behind_at"],
        postgresql_where=sa.text("behind_at IS NOT NULL"),
    )
    op.execute(f"ALTER TABLE schedules SET ({SETTINGS[0]} = 0.01, {SETTINGS[1]} = 0.02)")


def downgrade() -> None:
    op.execute(f"ALTER TABLE schedules RESET ({', '.join(SETTINGS)})")
    op.drop_index("ix_schedules_behind", "schedules")
    op.drop_constraint(op.f("ck_schedules_overlap"), "schedules")
    for column in ("behind_at", "overlap", "start_offset", "zone_data"):
        op.drop_column("schedules", column)
    op.drop_table("duties")
    op.drop_table("workers")
