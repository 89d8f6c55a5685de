"""The chats that a user is signed in from."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from core.db import Transaction
from core.errors import NotFound
from core.users.models import TelegramAccount, User

_NOTICED = timedelta(hours=1)  # a chat's last sight is written no more often
_NAME = 100


def is_news(account: TelegramAccount, name: str, now: datetime) -> bool:
    """Whether there is anything to `see`."""
    unseen = account.seen_at is None or now - account.seen_at > _NOTICED
    return unseen or account.name != name[:_NAME] or account.blocked_at is not None


def see(account: TelegramAccount, name: str, now: datetime) -> None:
    """The person was there just now, so has not blocked the bot, and is called so in Telegram."""
    if is_news(account, name, now):
        account.name, account.seen_at, account.blocked_at = name[:_NAME], now, None


async def of(tx: Transaction, user: User) -> Sequence[TelegramAccount]:
    """The user's chats, the latest used first."""
    mine = select(TelegramAccount).where(TelegramAccount.user_id == user.id)
    latest = TelegramAccount.seen_at.desc().nulls_last()
    return (await tx.scalars(mine.order_by(latest, TelegramAccount.telegram_id))).all()


async def sign_out(tx: Transaction, user: User, telegram_id: int) -> TelegramAccount:
    """One chat belongs to nobody again; NotFound when it was none of the user's."""
    mine = (TelegramAccount.telegram_id == telegram_id, TelegramAccount.user_id == user.id)
    gone = await tx.scalar(_left(*mine))
    if gone is None:
        raise NotFound
    return gone


async def sign_out_others(
    tx: Transaction, user: User, telegram_id: int
) -> Sequence[TelegramAccount]:
    """All chats but this one."""
    others = (TelegramAccount.telegram_id != telegram_id, TelegramAccount.user_id == user.id)
    return (await tx.scalars(_left(*others))).all()


def _left(*which: ColumnElement[bool]) -> ReturningUpdate[TelegramAccount]:
    nobody = update(TelegramAccount).where(*which).values(user_id=None, waiting_email=None)
    return nobody.returning(TelegramAccount)
