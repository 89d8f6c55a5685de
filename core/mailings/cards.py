"""Which message in which chat shows a mailing and is to be kept up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text, update

from core.db import Transaction
from core.direct import QUICKLY, Where, row, rows
from core.users.models import TelegramAccount

MOVING = timedelta(minutes=2)  # so near a date, the seconds are shown


@dataclass(frozen=True)
class Followed:
    """A card to keep up to date; `moving` ones change by the second, of those `gone` the mailing
    was deleted. `shown` is a digest of what the person sees, since `shown_at`."""

    at: datetime  # when all this was so
    chat_id: int
    message_id: int
    mailing_id: int
    shown: str
    shown_at: datetime
    locale: str
    gone: bool
    moving: bool


FOLLOWED = text("""
    SELECT clock_timestamp(), c.chat_id, c.message_id, c.mailing_id, c.shown, c.shown_at, a.locale,
           m.hidden_at IS NOT NULL AND NOT u.is_admin AS gone,
           EXISTS (SELECT FROM runs
                   WHERE runs.mailing_id = c.mailing_id AND status <> 'finished')
           OR EXISTS (SELECT FROM schedules
                   WHERE object_type = 'mailings' AND object_id = c.mailing_id
                     AND NOT paused AND next_at < clock_timestamp() + CAST(:soon AS interval))
           AS moving
    FROM live_cards c JOIN mailings m ON m.id = c.mailing_id
    JOIN telegram_accounts a ON a.telegram_id = c.chat_id
    JOIN users u ON u.id = a.user_id AND (u.id = m.owner_id OR u.is_admin)
    WHERE a.blocked_at IS NULL
    ORDER BY c.shown_at
""")

# What is lost of these with a server that crashes is a card that stands still, or one too many:
# before each edit the chat is asked what it shows.
FOLLOW = text(f"""
    {QUICKLY}
    INSERT INTO live_cards (chat_id, message_id, mailing_id, shown, shown_at)
    SELECT CAST(:chat AS bigint), CAST(:message AS bigint), CAST(:mailing AS bigint),
           CAST(:shown AS text), clock_timestamp()
    FROM quickly
    ON CONFLICT (chat_id) DO UPDATE SET
        message_id = EXCLUDED.message_id, mailing_id = EXCLUDED.mailing_id,
        shown = EXCLUDED.shown, shown_at = EXCLUDED.shown_at
""")  # noqa: S608  the pieces are written here
UNFOLLOW = text(f"""
    {QUICKLY}
    DELETE FROM live_cards USING quickly WHERE chat_id = :chat
""")  # noqa: S608  as above
_SAME = "chat_id = :chat AND message_id = :message AND mailing_id = :mailing AND shown_at = :at"
IS_FOLLOWED = text(f"SELECT 1 FROM live_cards WHERE {_SAME}")  # noqa: S608  as above
REMEMBER = text(f"""
    {QUICKLY}
    UPDATE live_cards SET shown = :shown, shown_at = clock_timestamp() FROM quickly WHERE {_SAME}
""")  # noqa: S608  as above
FORGET = text("DELETE FROM live_cards WHERE chat_id = :chat AND message_id = :message")


async def follow(
    where: Where, chat_id: int, message_id: int, mailing_id: int, shown: str = ""
) -> None:
    """Keep `message_id` showing the mailing; a chat has one live card, the last one opened."""
    about = {"chat": chat_id, "message": message_id, "mailing": mailing_id, "shown": shown}
    await rows(where, FOLLOW, **about)


async def unfollow(where: Where, chat_id: int) -> None:
    """The chat shows something else now."""
    await rows(where, UNFOLLOW, chat=chat_id)


async def followed(where: Where) -> Sequence[Followed]:
    """Every live card, the one that has waited longest first."""
    return [Followed(*card) for card in await rows(where, FOLLOWED, soon=MOVING)]


async def is_followed(where: Where, card: Followed) -> bool:
    """Whether the chat still shows it, and has not been shown it anew since."""
    return await row(where, IS_FOLLOWED, **_about(card)) is not None


async def remember(where: Where, card: Followed, shown: str) -> None:
    """What the card shows since now, unless the chat has moved on to another one."""
    await rows(where, REMEMBER, shown=shown, **_about(card))


async def forget(where: Where, card: Followed) -> None:
    """The message is gone, or shows something else."""
    await rows(where, FORGET, chat=card.chat_id, message=card.message_id)


async def blocked(tx: Transaction, card: Followed, now: datetime) -> None:
    """The person has blocked the bot: nothing is sent there until they speak again."""
    await forget(tx, card)
    await tx.execute(
        update(TelegramAccount)
        .where(TelegramAccount.telegram_id == card.chat_id)
        .values(blocked_at=now)
    )


def _about(card: Followed) -> dict[str, object]:
    return {
        "chat": card.chat_id,
        "message": card.message_id,
        "mailing": card.mailing_id,
        "at": card.shown_at,
    }
