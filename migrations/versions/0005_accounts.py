"""mail accounts as rows, their limits counted for all workers together"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "smtp_accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("from_settings", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("port", sa.BigInteger(), nullable=False),
        sa.Column("security", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("from_address", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=True),
        sa.Column("from_confirmed_at", MOMENT, nullable=True),
        sa.Column("priority", sa.BigInteger(), server_default=sa.text("100"), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("connections", sa.BigInteger(), nullable=True),
        sa.Column(
            "messages_per_connection",
            sa.BigInteger(),
            server_default=sa.text("500"),
            nullable=False,
        ),
        sa.Column("per_second", sa.BigInteger(), nullable=True),
        sa.Column("per_hour", sa.BigInteger(), nullable=True),
        sa.Column("per_day", sa.BigInteger(), nullable=True),
        sa.Column(
            "domain_limits",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "warm_up",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("warm_up_from", sa.Date(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_text", sa.Text(), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("backing_off_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "security IN ('none', 'starttls', 'tls')", name=op.f("ck_smtp_accounts_security")
        ),
        sa.CheckConstraint(
            "(problem IS NULL) = (backing_off_until IS NULL)", name=op.f("ck_smtp_accounts_problem")
        ),
        sa.CheckConstraint(
            "NOT from_settings OR owner_id IS NULL", name=op.f("ck_smtp_accounts_from_settings")
        ),
        sa.CheckConstraint(
            "connections > 0 AND messages_per_connection > 0",
            name=op.f("ck_smtp_accounts_connections"),
        ),
        sa.CheckConstraint(
            "per_second > 0 AND per_hour > 0 AND per_day > 0", name=op.f("ck_smtp_accounts_limits")
        ),
        sa.CheckConstraint("port BETWEEN 1 AND 65535", name=op.f("ck_smtp_accounts_port")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_smtp_accounts_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_smtp_accounts")),
    )
    op.create_index(op.f("ix_smtp_accounts_owner_id"), "smtp_accounts", ["owner_id"], unique=False)
    op.create_index(
        "uq_smtp_accounts_from_settings",
        "smtp_accounts",
        ["name"],
        unique=True,
        postgresql_where=sa.text("from_settings"),
    )
    op.create_table(
        "account_leases",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("connections", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=False),
        sa.CheckConstraint("connections >= 0", name=op.f("ck_account_leases_connections")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["smtp_accounts.id"],
            name=op.f("fk_account_leases_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "holder", name=op.f("pk_account_leases")),
    )
    op.create_table(
        "account_uses",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("hour_used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("day", MOMENT, nullable=False),
        sa.Column("day_used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.CheckConstraint("hour_used >= 0 AND day_used >= 0", name=op.f("ck_account_uses_used")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["smtp_accounts.id"],
            name=op.f("fk_account_uses_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "domain", name=op.f("pk_account_uses")),
    )
    op.drop_table("account_days")
    _purposes(
        "'confirm', 'sign_in', 'password', 'sender'",
        "'confirm', 'sign_in', 'no_account', 'password', 'sender'",
    )


def downgrade() -> None:
    op.execute("DELETE FROM letters WHERE purpose = 'sender'")
    op.execute("DELETE FROM email_tokens WHERE purpose = 'sender'")
    _purposes("'confirm', 'sign_in', 'password'", "'confirm', 'sign_in', 'no_account', 'password'")
    op.create_table(
        "account_days",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_account_days_used")),
        sa.PrimaryKeyConstraint("account", "day", name=op.f("pk_account_days")),
    )
    op.drop_table("account_uses")
    op.drop_table("account_leases")
    op.drop_index(
        "uq_smtp_accounts_from_settings",
        table_name="smtp_accounts",
        postgresql_where=sa.text("from_settings"),
    )
    op.drop_index(op.f("ix_smtp_accounts_owner_id"), table_name="smtp_accounts")
    op.drop_table("smtp_accounts")


def _purposes(of_tokens: str, of_letters: str) -> None:
    for table, purposes in (("email_tokens", of_tokens), ("letters", of_letters)):
        name = op.f(f"ck_{table}_purpose")
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, f"purpose IN ({purposes})")
