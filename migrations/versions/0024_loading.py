"""Files of clients are loaded by a job: how far it is, and what came of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    moment = postgresql.TIMESTAMP(timezone=True)
    op.add_column("client_uploads", sa.Column("wanted_at", moment))
    op.add_column("client_uploads", sa.Column("progress", postgresql.JSONB()))
    op.add_column("client_uploads", sa.Column("outcome", postgresql.JSONB()))
    op.add_column("client_uploads", sa.Column("errors", sa.LargeBinary()))
    op.add_column("client_uploads", sa.Column("loaded_at", moment))
    op.create_index(
        "ix_client_uploads_busy",
        "client_uploads",
        ["id"],
        postgresql_where=sa.text("wanted_at IS NOT NULL OR outcome IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_client_uploads_busy", "client_uploads")
    for column in ("loaded_at", "errors", "outcome", "progress", "wanted_at"):
        op.drop_column("client_uploads", column)
