"""How often what is cached has changed, as PostgreSQL knows it."""

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class CacheMark(Base):
    """The version of a table, or of one owner's part of it: raised by whoever commits a change."""

    __tablename__ = "cache_marks"

    scope: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
