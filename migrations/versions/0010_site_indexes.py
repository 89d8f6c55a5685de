"""indexes for the administrators' lists and searches"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.errors import Conflict

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEARCHED = (
    "lower(email || ' ' || first_name || ' ' || last_name || ' ' || coalesce(phone, ''))"
    " gin_trgm_ops"
)


NO_TRIGRAMS = (
    "The database lacks the extension pg_trgm, and this role may not create it. Once, as "
    "PostgreSQL's administrator in this database: CREATE EXTENSION pg_trgm; then start again. "
    "(It comes with PostgreSQL; on Debian in postgresql-contrib.)"
)


def upgrade() -> None:
    _know_trigrams()
    op.create_index("ix_clients_email", "clients", [sa.text("lower(email)")])
    op.create_index("ix_clients_searched", "clients", [sa.text(SEARCHED)], postgresql_using="gin")
    failed = sa.text("status = 'failed'")
    op.create_index("ix_jobs_failed", "jobs", ["id"], postgresql_where=failed)
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"])


def _know_trigrams() -> None:
    known = sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
    if op.get_bind().execute(known).first() is not None:
        return
    try:
        op.execute("CREATE EXTENSION pg_trgm")
    except sa.exc.DBAPIError as error:
        raise Conflict(NO_TRIGRAMS) from error


def downgrade() -> None:
    for name, table in (
        ("ix_jobs_finished_at", "jobs"),
        ("ix_jobs_failed", "jobs"),
        ("ix_clients_searched", "clients"),
        ("ix_clients_email", "clients"),
    ):
        op.drop_index(name, table_name=table)
