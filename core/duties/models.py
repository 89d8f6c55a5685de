"""What Mail Center does for itself, again and again."""

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id


class Duty(Base):
    """Something for a schedule to belong to, as a mailing is for its owner's."""

    __tablename__ = "duties"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
