"""processes count the dates they start, by what made them look"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = ("started_by_hint", "started_by_sweep")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column(
            "workers", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
        )


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("workers", name)
