"""how owners are let in, how much they may send, how they leave"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
PURPOSES = "'confirm', 'sign_in', 'no_account', 'password', 'sender'"


def upgrade() -> None:
    _invitations()
    _users()
    _chats()
    _photos()
    _asks()
    _uses()
    _letters(f"{PURPOSES}, 'moved'")
    op.alter_column("email_tokens", "user_id", nullable=True)


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_invitations_lifetime")),
        *(
            sa.ForeignKeyConstraint(
                [name], ["users.id"], name=op.f(f"fk_invitations_{name}"), ondelete="SET NULL"
            )
            for name in ("made_by", "used_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )


def _users() -> None:
    approved = sa.Column("admission", sa.Text(), server_default="approved", nullable=False)
    op.add_column("users", approved)
    for name in ("daily_quota", "export_chat_id"):
        op.add_column("users", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("admission_asked_at", "export_asked_at", "delete_at", "erased_at"):
        op.add_column("users", sa.Column(name, MOMENT, nullable=True))
    op.create_check_constraint(
        op.f("ck_users_admission"), "users", "admission IN ('approved', 'waiting', 'refused')"
    )
    op.create_check_constraint(op.f("ck_users_daily_quota"), "users", "daily_quota > 0")
    for index, column, which in (
        ("ix_users_waiting", "id", "admission = 'waiting'"),
        ("ix_users_export", "id", "export_chat_id IS NOT NULL"),
        ("ix_users_delete_at", "delete_at", "delete_at IS NOT NULL"),
    ):
        op.create_index(index, "users", [column], postgresql_where=sa.text(which))


def _chats() -> None:
    op.add_column(
        "telegram_accounts", sa.Column("name", sa.Text(), server_default="", nullable=False)
    )
    for name in ("seen_at", "signed_in_at"):
        op.add_column("telegram_accounts", sa.Column(name, MOMENT, nullable=True))
    op.add_column("telegram_accounts", sa.Column("invitation_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_telegram_accounts_invitation_id"),
        "telegram_accounts",
        "invitations",
        ["invitation_id"],
        ["id"],
        ondelete="SET NULL",
    )


def _photos() -> None:
    op.create_table(
        "user_photos",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_photos_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_photos")),
    )


def _asks() -> None:
    op.create_table(
        "admission_asks",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_admission_asks_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "chat_id", name=op.f("pk_admission_asks")),
    )


def _uses() -> None:
    op.create_table(
        "owner_uses",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", MOMENT, nullable=False),
        sa.Column("used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_owner_uses_used")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_owner_uses_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_owner_uses")),
    )


def _letters(purposes: str) -> None:
    op.drop_constraint(op.f("ck_letters_purpose"), "letters")
    op.create_check_constraint(op.f("ck_letters_purpose"), "letters", f"purpose IN ({purposes})")


def downgrade() -> None:
    op.execute("DELETE FROM email_tokens WHERE user_id IS NULL")
    op.alter_column("email_tokens", "user_id", nullable=False)
    op.execute("DELETE FROM letters WHERE purpose = 'moved'")
    _letters(PURPOSES)
    for table in ("owner_uses", "admission_asks", "user_photos"):
        op.drop_table(table)
    for name in ("invitation_id", "signed_in_at", "seen_at", "name"):
        op.drop_column("telegram_accounts", name)
    for name in (
        "erased_at",
        "delete_at",
        "export_chat_id",
        "export_asked_at",
        "daily_quota",
        "admission_asked_at",
        "admission",
    ):
        op.drop_column("users", name)
    op.drop_table("invitations")
