"""ledger: a run's rows are counted as they change, and need not be kept for good"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)

# Each backend has counts of its own, so that nobody waits for another's. No deletion is counted:
# what a run came to is known after its rows are gone.
COUNT = """
    CREATE FUNCTION count_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO run_counts AS c (run_id, backend, status, reason, n)
            SELECT run_id, pg_backend_pid(), status, coalesce(reason, ''), count(*)
            FROM after GROUP BY 1, 3, 4
            ON CONFLICT (run_id, backend, status, reason) DO UPDATE SET n = c.n + excluded.n;
        ELSE
            INSERT INTO run_counts AS c (run_id, backend, status, reason, n)
            SELECT run_id, pg_backend_pid(), status, reason, sum(n) FROM (
                SELECT run_id, status, coalesce(reason, '') AS reason, count(*) AS n
                FROM after GROUP BY 1, 2, 3
                UNION ALL
                SELECT run_id, status, coalesce(reason, ''), -count(*) FROM before GROUP BY 1, 2, 3
            ) changed
            GROUP BY 1, 3, 4 HAVING sum(n) <> 0
            ON CONFLICT (run_id, backend, status, reason) DO UPDATE SET n = c.n + excluded.n;
        END IF;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.add_column("runs", sa.Column("summary", postgresql.JSONB(), nullable=True))
    op.add_column("runs", sa.Column("forgotten_at", MOMENT, nullable=True))
    op.create_table(
        "run_counts",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("backend", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=op.f("fk_run_counts_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "backend", "status", "reason", name=op.f("pk_run_counts")
        ),
    )
    op.execute(COUNT)
    op.execute("""
        CREATE TRIGGER count_written AFTER INSERT ON deliveries
        REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_deliveries()
    """)
    op.execute("""
        CREATE TRIGGER count_changed AFTER UPDATE ON deliveries
        REFERENCING OLD TABLE AS before NEW TABLE AS after
        FOR EACH STATEMENT EXECUTE FUNCTION count_deliveries()
    """)
    # The triggers' locks keep every other writer away until these are committed.
    op.execute("""
        INSERT INTO run_counts (run_id, backend, status, reason, n)
        SELECT run_id, 0, status, coalesce(reason, ''), count(*) FROM deliveries GROUP BY 1, 3, 4
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER count_changed ON deliveries")
    op.execute("DROP TRIGGER count_written ON deliveries")
    op.execute("DROP FUNCTION count_deliveries()")
    op.drop_table("run_counts")
    op.drop_column("runs", "forgotten_at")
    op.drop_column("runs", "summary")
