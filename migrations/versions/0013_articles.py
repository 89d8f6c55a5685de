"""articles and who wants to hear of new ones"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "article_pictures",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("width", "height", "small_width", "small_height")
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_pictures")),
        sa.UniqueConstraint("digest", name=op.f("uq_article_pictures_digest")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("picture_id", sa.BigInteger(), nullable=True),
        sa.Column("picture_alt", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("title <> '' AND title !~ '[\\r\\n]'", name=op.f("ck_articles_title")),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_articles_slug")),
        sa.CheckConstraint("locale IN ('ru', 'en')", name=op.f("ck_articles_locale")),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["article_pictures.id"],
            name=op.f("fk_articles_picture_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_articles_author_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("slug", name=op.f("uq_articles_slug")),
    )
    for column in ("author_id", "picture_id"):
        op.create_index(op.f(f"ix_articles_{column}"), "articles", [column])
    published = sa.text("published_at IS NOT NULL")
    op.create_index(
        "ix_articles_published", "articles", ["published_at", "id"], postgresql_where=published
    )
    op.create_table(
        "blog_followers",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        _of_chat("blog_followers"),
        sa.PrimaryKeyConstraint("telegram_id", name=op.f("pk_blog_followers")),
    )
    op.create_table(
        "article_notices",
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_article_notices_article_id"),
            ondelete="CASCADE",
        ),
        _of_chat("article_notices"),
        sa.PrimaryKeyConstraint("article_id", "telegram_id", name=op.f("pk_article_notices")),
    )
    op.create_index(op.f("ix_article_notices_telegram_id"), "article_notices", ["telegram_id"])


def _of_chat(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["telegram_id"],
        ["telegram_accounts.telegram_id"],
        name=op.f(f"fk_{table}_telegram_id"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    for table in ("article_notices", "blog_followers", "articles", "article_pictures"):
        op.drop_table(table)
