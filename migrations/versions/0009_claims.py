"""ledger: claims of their own, and rows that change within their pages"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_claims_run_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_claims")),
    )
    op.add_column(
        "runs", sa.Column("claimed_to", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column(
        "deliveries",
        sa.Column("again", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute("UPDATE deliveries SET again = true WHERE status IN ('queued', 'deferred')")
    op.execute("""
        INSERT INTO claims
        SELECT claim, run_id, min(client_id), max(client_id), count(*), max(lease_until)
        FROM deliveries WHERE status = 'sending' GROUP BY claim, run_id
    """)
    op.execute("""
        UPDATE runs SET claimed_to =
            coalesce((SELECT max(client_id) FROM deliveries WHERE run_id = runs.id), 0)
        WHERE status <> 'preparing'
    """)
    op.drop_index("ix_deliveries_waiting", "deliveries")
    op.drop_index("ix_deliveries_sending", "deliveries")
    op.drop_index("ix_deliveries_uncertain", "deliveries")
    op.drop_constraint("ck_deliveries_lease", "deliveries")
    op.drop_column("deliveries", "lease_until")
    op.create_index(
        "ix_deliveries_again",
        "deliveries",
        ["run_id", "due_at"],
        postgresql_where=sa.text("again"),
    )
    op.execute("ALTER TABLE deliveries SET (fillfactor = 40)")


def downgrade() -> None:
    op.execute("ALTER TABLE deliveries RESET (fillfactor)")
    op.drop_index("ix_deliveries_again", "deliveries")
    op.add_column("deliveries", sa.Column("lease_until", MOMENT, nullable=True))
    op.execute("""
        UPDATE deliveries d SET lease_until = coalesce(c.lease_until, now())
        FROM deliveries o LEFT JOIN claims c ON c.name = o.claim
        WHERE d.status = 'sending' AND o.run_id = d.run_id AND o.client_id = d.client_id
    """)
    op.create_check_constraint(
        op.f("ck_deliveries_lease"),
        "deliveries",
        "(status = 'sending') = (lease_until IS NOT NULL)",
    )
    op.create_index(
        "ix_deliveries_uncertain",
        "deliveries",
        ["run_id"],
        postgresql_where=sa.text("status = 'uncertain'"),
    )
    op.create_index(
        "ix_deliveries_sending",
        "deliveries",
        ["lease_until"],
        postgresql_where=sa.text("status = 'sending'"),
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["run_id", "due_at"],
        postgresql_where=sa.text("status IN ('queued', 'deferred')"),
    )
    op.drop_column("deliveries", "again")
    op.drop_column("runs", "claimed_to")
    op.drop_table("claims")
