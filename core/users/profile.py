"""Changing what a user gave, and what the service keeps of a chat."""

from datetime import datetime

from sqlalchemy import update

from core.db import Transaction
from core.errors import Conflict
from core.users.models import TelegramAccount, User
from core.users.service import owned_by
from core.users.zones import guess, known_zones, names_of


async def rename(tx: Transaction, user: User, name: str) -> User:
    """Another name, checked already."""
    mine = await tx.get_one(User, user.id, with_for_update=True)
    mine.name = name
    return mine


async def change_phone(tx: Transaction, user: User, phone: str) -> User:
    """Another phone number, checked already."""
    mine = await tx.get_one(User, user.id, with_for_update=True)
    mine.phone = phone
    return mine


async def move(tx: Transaction, user: User, country: str) -> User:
    """Another country; the time zone follows unless it is one of that country's."""
    mine = await tx.get_one(User, user.id, with_for_update=True)
    mine.country = country
    if mine.timezone not in names_of(country):
        mine.timezone = guess(country, mine.phone)
    return mine


async def change_zone(tx: Transaction, user: User, zone: str) -> User:
    """Another time zone; schedules that run keep theirs."""
    if zone not in known_zones():
        raise Conflict()
    mine = await tx.get_one(User, user.id, with_for_update=True)
    mine.timezone = zone
    return mine


async def set_quiet(tx: Transaction, user: User, start: int | None, end: int | None) -> User:
    """The quiet hours that new mailings begin with, in minutes of the day; None for none."""
    mine = await tx.get_one(User, user.id, with_for_update=True)
    mine.quiet_from, mine.quiet_to = start, end
    return mine


async def speak(tx: Transaction, account: TelegramAccount, locale: str) -> None:
    """Another language, in this chat and in the letters to its user."""
    chat = TelegramAccount.telegram_id == account.telegram_id
    await tx.execute(update(TelegramAccount).where(chat).values(locale=locale))
    if account.user_id:
        await tx.execute(update(User).where(User.id == account.user_id).values(locale=locale))


async def blocked(tx: Transaction, telegram_id: int, now: datetime) -> None:
    """The person stopped the bot: nothing is sent to that chat any more."""
    chat = (TelegramAccount.telegram_id == telegram_id, TelegramAccount.blocked_at.is_(None))
    await tx.execute(update(TelegramAccount).where(*chat).values(blocked_at=now))


async def sign_out(tx: Transaction, account: TelegramAccount) -> None:
    """The chat belongs to nobody again; the user and all that is theirs stays."""
    await owned_by(tx, account, None)


async def sign(tx: Transaction, user: User, signature: str | None) -> User:
    """Another signature below every letter, checked already; None for none."""
    mine = await tx.get_one(User, user.id, with_for_update=True)
    mine.signature = signature
    return mine
