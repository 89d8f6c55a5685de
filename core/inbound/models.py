"""What is remembered of the mailboxes that bounces come to."""

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class InboxPosition(Base):
    """How far a mailbox has been read by IMAP."""

    __tablename__ = "inbox_positions"

    name: Mapped[str] = mapped_column(primary_key=True)
    validity: Mapped[int]
    last_uid: Mapped[int]
