"""verdict: whoever was let in or refused is told, whatever stood in between"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "users",
        sa.Column("verdict_untold", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(
        "ix_users_verdict_untold", "users", ["id"], postgresql_where=sa.text("verdict_untold")
    )


def downgrade() -> None:
    op.drop_index("ix_users_verdict_untold", table_name="users")
    op.drop_column("users", "verdict_untold")
