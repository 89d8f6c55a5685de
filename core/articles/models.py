"""Articles, their pictures, and who hears of new ones."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id


class ArticlePicture(Base):
    """A picture in two sizes, addressed by its content: another picture is another row."""

    __tablename__ = "article_pictures"
    __cached__ = True

    id: Mapped[Id]
    digest: Mapped[str] = mapped_column(unique=True)
    width: Mapped[int]
    height: Mapped[int]
    small_width: Mapped[int]
    small_height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    small: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    created_at: Mapped[datetime]


class Article(Base):
    """A text in Markdown; a draft until `published_at` is there. Without `locale` it is for all."""

    __tablename__ = "articles"
    __cached__ = True

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(server_default="")
    body: Mapped[str]
    locale: Mapped[str | None]
    picture_id: Mapped[int | None] = mapped_column(
        ForeignKey("article_pictures.id", ondelete="SET NULL"), index=True
    )
    picture_alt: Mapped[str] = mapped_column(server_default="")
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    picture: Mapped[ArticlePicture | None] = relationship(lazy="joined")

    __table_args__ = (
        CheckConstraint("title <> '' AND title !~ '[\\r\\n]'", name="title"),
        # An underscore marks an article's number in a link, so no slug may have one.
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("locale IN ('ru', 'en')", name="locale"),
        Index(
            "ix_articles_published",
            "published_at",
            "id",
            postgresql_where=text("published_at IS NOT NULL"),
        ),
    )


class BlogFollower(Base):
    """A chat that wants to hear of new articles."""

    __tablename__ = "blog_followers"

    telegram_id: Mapped[int] = mapped_column(
        ForeignKey("telegram_accounts.telegram_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    since: Mapped[datetime]


class ArticleNotice(Base):
    """A chat is told of an article: written down before it is sent, so that it never is twice."""

    __tablename__ = "article_notices"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    telegram_id: Mapped[int] = mapped_column(
        ForeignKey("telegram_accounts.telegram_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    told_at: Mapped[datetime]
