"""conversation"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "client_uploads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("seen", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("shown_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_client_uploads_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_uploads")),
    )
    op.create_index("ix_client_uploads_owner", "client_uploads", ["owner_id", "id"])
    op.create_index("ix_client_uploads_at", "client_uploads", ["created_at"])
    op.create_index(
        "ix_client_uploads_waiting",
        "client_uploads",
        ["id"],
        postgresql_where=sa.text("shown_at IS NULL"),
    )
    op.create_table(
        "client_upload_parts",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["client_uploads.id"],
            name=op.f("fk_client_upload_parts_upload_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", "no", name=op.f("pk_client_upload_parts")),
    )


def downgrade() -> None:
    op.drop_table("client_upload_parts")
    op.drop_table("client_uploads")
