"""layouts, signatures and what else a message carries"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "message_versions",
        sa.Column("layout", sa.Text(), server_default="letter", nullable=False),
    )
    op.add_column("message_versions", sa.Column("button_text", sa.Text(), nullable=True))
    op.add_column("message_versions", sa.Column("button_url", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_message_versions_layout"),
        "message_versions",
        "layout IN ('plain', 'letter', 'card')",
    )
    op.create_check_constraint(
        op.f("ck_message_versions_button"),
        "message_versions",
        "(button_text IS NULL) = (button_url IS NULL)",
    )
    op.add_column("users", sa.Column("signature", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "signature")
    op.drop_constraint(op.f("ck_message_versions_button"), "message_versions")
    op.drop_constraint(op.f("ck_message_versions_layout"), "message_versions")
    op.drop_column("message_versions", "button_url")
    op.drop_column("message_versions", "button_text")
    op.drop_column("message_versions", "layout")
