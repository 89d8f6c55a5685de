"""indexes for searches among a million clients, and for lists that grow for ever"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.errors import Conflict

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEARCHED = (
    "lower(email || ' ' || first_name || ' ' || last_name || ' ' || coalesce(phone, ''))"
    " gin_trgm_ops"
)

NO_NUMBERS = (
    "The database lacks the extension btree_gin, and this role may not create it. Once, as "
    "PostgreSQL's administrator in this database: CREATE EXTENSION btree_gin; then start again. "
    "(It comes with PostgreSQL; on Debian in postgresql-contrib.)"
)


def upgrade() -> None:
    _know_numbers()
    op.drop_index("ix_clients_searched", table_name="clients")
    op.drop_index("ix_clients_tags", table_name="clients")
    op.create_index(
        "ix_clients_searched",
        "clients",
        ["owner_id", sa.text(SEARCHED), "tags"],
        postgresql_using="gin",
    )
    inactive, left = sa.text("active IS false"), sa.text("unsubscribed_at IS NOT NULL")
    op.create_index("ix_clients_inactive", "clients", ["id"], postgresql_where=inactive)
    op.create_index("ix_clients_unsubscribed", "clients", ["id"], postgresql_where=left)
    op.drop_index("ix_audit_log_object", table_name="audit_log")
    op.create_index("ix_audit_log_object", "audit_log", ["object_id", "object_type", "id"])


def _know_numbers() -> None:
    known = sa.text("SELECT 1 FROM pg_extension WHERE extname = 'btree_gin'")
    if op.get_bind().execute(known).first() is not None:
        return
    try:
        op.execute("CREATE EXTENSION btree_gin")
    except sa.exc.DBAPIError as error:
        raise Conflict(NO_NUMBERS) from error


def downgrade() -> None:
    op.drop_index("ix_audit_log_object", table_name="audit_log")
    op.create_index("ix_audit_log_object", "audit_log", ["object_type", "object_id", "id"])
    op.drop_index("ix_clients_unsubscribed", table_name="clients")
    op.drop_index("ix_clients_inactive", table_name="clients")
    op.drop_index("ix_clients_searched", table_name="clients")
    op.create_index("ix_clients_tags", "clients", ["tags"], postgresql_using="gin")
    op.create_index("ix_clients_searched", "clients", [sa.text(SEARCHED)], postgresql_using="gin")
