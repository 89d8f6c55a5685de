"""what else is known of clients, an owner's own fields, imports that can be undone, cached lists"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
COLUMNS: tuple[sa.Column, ...] = (
    sa.Column("country", sa.Text(), nullable=True),
    sa.Column("city", sa.Text(), server_default="", nullable=False),
    sa.Column("company", sa.Text(), server_default="", nullable=False),
    sa.Column("timezone", sa.Text(), nullable=True),
    sa.Column("language", sa.Text(), nullable=True),
    sa.Column("consent", sa.Text(), server_default="", nullable=False),
    sa.Column("consent_on", sa.Date(), nullable=True),
    sa.Column("own", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    sa.Column("unsubscribed_because", sa.Text(), nullable=True),
    sa.Column("bounced_at", MOMENT, nullable=True),
    sa.Column("bounce_reason", sa.Text(), nullable=True),
)


def upgrade() -> None:
    # Constants as defaults: PostgreSQL adds these columns without touching a row.
    for column in COLUMNS:
        op.add_column("clients", column)
    # Not validated: no row has a country yet, and a million of them need not be read to say so.
    op.execute(
        "ALTER TABLE clients ADD CONSTRAINT ck_clients_country"
        " CHECK (country ~ '^[A-Z]{2}$') NOT VALID"
    )
    op.create_table(
        "client_fields",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'number', 'date')", name=op.f("ck_client_fields_kind")
        ),
        _owner("client_fields"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_fields")),
        sa.UniqueConstraint("owner_id", "key", name=op.f("uq_client_fields_owner_id_key")),
    )
    op.create_table(
        "client_imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _owner("client_imports"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_imports")),
    )
    op.create_index("ix_client_imports_owner", "client_imports", ["owner_id", "at"])
    op.create_index("ix_client_imports_at", "client_imports", ["at"])
    op.create_table(
        "client_import_changes",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["client_imports.id"],
            name=op.f("fk_client_import_changes_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "client_id", name=op.f("pk_client_import_changes")),
    )
    op.create_table(
        "erased_addresses",
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("unsubscribed_at", MOMENT, nullable=True),
        sa.Column("unsubscribed_because", sa.Text(), nullable=True),
        sa.Column("bounced_at", MOMENT, nullable=True),
        sa.Column("bounce_reason", sa.Text(), nullable=True),
        _owner("erased_addresses"),
        sa.PrimaryKeyConstraint("owner_id", "digest", name=op.f("pk_erased_addresses")),
    )
    op.create_table(
        "cache_marks",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_cache_marks")),
    )


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["owner_id"], ["users.id"], name=op.f(f"fk_{table}_owner_id"), ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_table("cache_marks")
    op.drop_table("erased_addresses")
    op.drop_table("client_import_changes")
    op.drop_table("client_imports")
    op.drop_table("client_fields")
    for column in reversed(COLUMNS):
        op.drop_column("clients", column.name)
