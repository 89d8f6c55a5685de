"""administrators' site: passwords, sessions, audit log, deleted mailings"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "passwords",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_passwords_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_passwords")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_tries")),
    )
    op.create_index("ix_sign_in_tries_account", "sign_in_tries", ["account", "at"])
    op.create_index("ix_sign_in_tries_address", "sign_in_tries", ["address", "at"])
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("object_name", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.CheckConstraint("via IN ('site', 'bot', 'command')", name=op.f("ck_audit_log_via")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_object", "audit_log", ["object_type", "object_id", "id"])
    op.create_index("ix_audit_log_actor", "audit_log", ["actor_id", "id"])
    op.add_column("mailings", sa.Column("hidden_at", MOMENT, nullable=True))
    op.create_check_constraint(
        op.f("ck_mailings_hidden_at"), "mailings", "hidden_at IS NULL OR status = 'finished'"
    )
    _phone("phone = '' OR phone ~ '^\\+[0-9]{6,15}$'")
    _purposes("'confirm', 'sign_in', 'password'", "'confirm', 'sign_in', 'no_account', 'password'")


def downgrade() -> None:
    op.execute("DELETE FROM letters WHERE purpose = 'password'")
    op.execute("DELETE FROM email_tokens WHERE purpose = 'password'")
    op.execute("UPDATE users SET phone = '+000000' WHERE phone = ''")
    _purposes("'confirm', 'sign_in'", "'confirm', 'sign_in', 'no_account'")
    _phone("phone ~ '^\\+[0-9]{6,15}$'")
    op.drop_constraint(op.f("ck_mailings_hidden_at"), "mailings")
    op.drop_column("mailings", "hidden_at")
    for table in ("audit_log", "sign_in_tries", "sessions", "passwords"):
        op.drop_table(table)


def _phone(rule: str) -> None:
    op.drop_constraint(op.f("ck_users_phone"), "users")
    op.create_check_constraint(op.f("ck_users_phone"), "users", rule)


def _purposes(of_tokens: str, of_letters: str) -> None:
    for table, purposes in (("email_tokens", of_tokens), ("letters", of_letters)):
        name = op.f(f"ck_{table}_purpose")
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, f"purpose IN ({purposes})")
