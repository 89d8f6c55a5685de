"""Mailings whose date passed and whose owner wants to be asked what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from core.db import Transaction

MISSED = "missed"

UNASKED = text("""
    SELECT m.id AS mailing_id, a.telegram_id AS chat_id, a.locale
    FROM mailings m
    JOIN schedules s ON s.object_type = 'mailings' AND s.object_id = m.id
    JOIN telegram_accounts a ON a.user_id = m.owner_id AND a.blocked_at IS NULL
    WHERE s.paused AND s.next_at <= clock_timestamp()
      AND m.status = 'active' AND m.held_because IS NULL
    ORDER BY m.id LIMIT 50
""")
ASKED = text("UPDATE mailings SET held_because = :reason WHERE id = :id AND status = 'active'")


@dataclass(frozen=True)
class Question:
    """A chat in which the owner of a mailing is to be asked."""

    mailing_id: int
    chat_id: int
    locale: str


async def unasked(tx: Transaction) -> Sequence[Question]:
    """Whom to ask about which mailing."""
    return [Question(**row) for row in (await tx.execute(UNASKED)).mappings()]


async def asked(tx: Transaction, mailing_id: int) -> None:
    """The question stands in the owner's chats; it is not sent again."""
    await tx.execute(ASKED, {"reason": MISSED, "id": mailing_id})
