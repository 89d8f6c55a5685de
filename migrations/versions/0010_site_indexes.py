"""indexes for the administrators' lists and searches"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEARCHED = (
    "lower(email || ' ' || first_name || ' ' || last_name || ' ' || coalesce(phone, ''))"
    " gin_trgm_ops"
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_index("ix_clients_email", "clients", [sa.text("lower(email)")])
    op.create_index("ix_clients_searched", "clients", [sa.text(SEARCHED)], postgresql_using="gin")
    failed = sa.text("status = 'failed'")
    op.create_index("ix_jobs_failed", "jobs", ["id"], postgresql_where=failed)
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"])


def downgrade() -> None:
    for name, table in (
        ("ix_jobs_finished_at", "jobs"),
        ("ix_jobs_failed", "jobs"),
        ("ix_clients_searched", "clients"),
        ("ix_clients_email", "clients"),
    ):
        op.drop_index(name, table_name=table)
