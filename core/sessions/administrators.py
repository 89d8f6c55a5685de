"""The first administrator, and letters that lead to a password."""

from datetime import datetime

from sqlalchemy import select, text, update

from core.audit.models import Entry
from core.db import Transaction
from core.errors import Conflict, TooSoon
from core.i18n import DEFAULT_LOCALE, LOCALES
from core.letters import requests, tokens
from core.sessions.service import has_password, set_password
from core.users import queries
from core.users.fields import check_email
from core.users.models import TelegramAccount, User
from core.users.rules import check_name
from core.users.service import TAKEN
from core.users.zones import guess

PURPOSE = "password"
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('first administrator'))")


async def create(
    tx: Transaction, email: str, password: str, now: datetime, *, name: str = ""
) -> User:
    """An administrator with a password, whoever runs the command vouching for the address."""
    user = await _promote(tx, check_email(email), name, now)
    user.email_confirmed_at = user.email_confirmed_at or now
    await tx.flush()
    await set_password(tx, user, password, now)
    return user


async def ensure_first(tx: Transaction, email: str, now: datetime) -> User | None:
    """While there is no administrator: make this one, and send a letter to set a password."""
    await tx.execute(_LOCK)
    if await tx.scalar(select(User.id).where(User.is_admin).limit(1)) is not None:
        return None
    user = await _promote(tx, check_email(email), "", now)
    if not await has_password(tx, user.id):
        await _ask(tx, user, now)
    return user


async def ask_password(tx: Transaction, email: str, now: datetime) -> None:
    """A letter that leads to a new password; silent about whether the address is known."""
    user = await queries.holder(tx, email.strip()) or await queries.invited(tx, email.strip())
    if user is None or user.blocked_at:
        return
    try:
        await _ask(tx, user, now)
    except TooSoon:
        return


async def password_by_token(tx: Transaction, token: str, typed: str, now: datetime) -> User:
    """The link of the letter was followed and a password typed; the address is proven by it."""
    found = await tokens.redeem_link(tx, token, now, PURPOSE)
    user = await tx.get_one(User, found.user_id, with_for_update=True)
    holder = await queries.holder(tx, found.email)
    if holder and holder.id != user.id:
        user = await _joined(tx, user, holder)
    user.email, user.email_confirmed_at = found.email, user.email_confirmed_at or now
    await set_password(tx, user, typed, now)
    await tokens.revoke(tx, user.id, PURPOSE, now)
    return user


async def speak(tx: Transaction, user: User, locale: str) -> None:
    """The language of the first browser is taken for an account that has never said one."""
    if not await _has_spoken(tx, user):
        await tx.execute(update(User).where(User.id == user.id).values(locale=locale))


async def _ask(tx: Transaction, user: User, now: datetime) -> None:
    """The letter, in every language for an account that has never said one."""
    locale = user.locale if await _has_spoken(tx, user) else " ".join(LOCALES)
    await requests.request(tx, user, PURPOSE, now, locale=locale)


async def _has_spoken(tx: Transaction, user: User) -> bool:
    """In a chat of the bot, or on the site."""
    here = select(Entry.id).where(Entry.actor_id == user.id, Entry.action == "sign_in")
    chat = select(TelegramAccount.telegram_id).where(TelegramAccount.user_id == user.id)
    return bool(await tx.scalar(select(here.exists() | chat.exists())))


async def _joined(tx: Transaction, invited: User, holder: User) -> User:
    """The reader of this mailbox registered in the bot meanwhile: the rights go to that user."""
    if invited.email_confirmed_at is not None:
        raise Conflict(TAKEN, email=holder.email)
    holder.is_admin = holder.is_admin or invited.is_admin
    await tx.delete(invited)
    await tx.flush()
    return holder


async def _promote(tx: Transaction, email: str, name: str, now: datetime) -> User:
    user = await queries.holder(tx, email) or await queries.invited(tx, email)
    if user is None:
        user = _newcomer(email, name, now)
        tx.add(user)
    user.is_admin, user.blocked_at = True, None
    await tx.flush()
    return user


def _newcomer(email: str, name: str, now: datetime) -> User:
    return User(
        name=check_name(name or email.partition("@")[0]),
        email=email,
        phone="",
        country="RU",
        timezone=guess("RU"),
        locale=DEFAULT_LOCALE,
        created_at=now,
    )
