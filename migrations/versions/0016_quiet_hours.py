"""quiet hours, approval and notices"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
DAY = "quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439 AND quiet_from <> quiet_to"


def upgrade() -> None:
    for table in ("users", "mailings"):
        for name in ("quiet_from", "quiet_to"):
            op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_quiet"), table, DAY)
        op.create_check_constraint(
            op.f(f"ck_{table}_quiet_whole"), table, "(quiet_from IS NULL) = (quiet_to IS NULL)"
        )
    op.add_column("mailings", sa.Column("within_minutes", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_mailings_within"), "mailings", "within_minutes > 0")
    op.add_column("runs", sa.Column("send_before", MOMENT, nullable=True))
    op.create_table(
        "approvals",
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("recipients", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('approved', 'declined')", name=op.f("ck_approvals_decision")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_approvals_decided_at")
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["mailings.id"],
            name=op.f("fk_approvals_mailing_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_approvals_decided_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["message_versions.id"], name=op.f("fk_approvals_version_id")
        ),
        sa.PrimaryKeyConstraint("mailing_id", name=op.f("pk_approvals")),
    )
    op.create_index(
        "ix_approvals_open",
        "approvals",
        ["asked_at"],
        postgresql_where=sa.text("decision IS NULL"),
    )
    op.create_table(
        "news",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_news_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_news_user_id_key")),
    )
    op.create_index("ix_news_untold", "news", ["id"], postgresql_where=sa.text("told_at IS NULL"))
    op.create_index("ix_returns_received_at", "returns", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_returns_received_at", "returns")
    op.drop_table("news")
    op.drop_table("approvals")
    op.drop_column("runs", "send_before")
    op.drop_constraint(op.f("ck_mailings_within"), "mailings")
    op.drop_column("mailings", "within_minutes")
    for table in ("mailings", "users"):
        op.drop_constraint(op.f(f"ck_{table}_quiet_whole"), table)
        op.drop_constraint(op.f(f"ck_{table}_quiet"), table)
        for name in ("quiet_to", "quiet_from"):
            op.drop_column(table, name)
