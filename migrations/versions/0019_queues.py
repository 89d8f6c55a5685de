"""queues that stand still, and messages that no worker understood"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "pauses",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("by_whom", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "what IN ('mail.tx', 'mail.bulk', 'everything')", name=op.f("ck_pauses_what")
        ),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_pauses")),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
    )


def downgrade() -> None:
    op.drop_table("dead_letters")
    op.drop_table("pauses")
