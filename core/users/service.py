"""Registering, proving an address, signing in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, update
from sqlalchemy.exc import IntegrityError

from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_
from core.letters import requests, tokens
from core.letters.models import EmailToken
from core.mail.addresses import show_email
from core.notices import notify
from core.users import admission, invitations, queries
from core.users.admission import Mode
from core.users.models import TelegramAccount, User

CONFIRMED_CHANNEL = "user_confirmed"

UNCONFIRMED = N_(
    "First confirm the address {email}: open the link in our letter or send the code from it. "
    "The letter can be sent again in your profile."
)
TAKEN = N_(
    "The address {email} belongs to another account. Sign in to it with a code instead: /start"
)


@dataclass(frozen=True)
class Registration:
    """The answers of a registration, each checked already."""

    name: str
    email: str
    phone: str
    country: str
    timezone: str
    locale: str


@dataclass(frozen=True)
class Verdict:
    """What a typed code led to: the user it opened, or how many tries are left.

    `left` is the unconfirmed user whom this chat had before it signed in to `user`.
    """

    user: User | None
    tries_left: int = 0
    left: User | None = None


async def register(
    tx: Transaction,
    account: TelegramAccount,
    form: Registration,
    now: datetime,
    *,
    mode: Mode = "open",
    quota: int | None = None,
) -> User:
    """A new owner for this chat, whose address is still to be proven.

    Whether the address is taken shows only in the mailbox: its reader gets a sign-in code there.
    """
    invitation = await invitations.use(tx, account, now)
    user = User(**vars(form), created_at=now, daily_quota=quota)
    user.admission = admission.first(mode, invited=invitation is not None)
    tx.add(user)
    await tx.flush()
    if invitation:
        invitation.used_by = user.id
    await owned_by(tx, account, user.id, now)
    await ask_proof(tx, account.telegram_id, user, user.email, now)
    return user


async def ask_proof(
    tx: Transaction, telegram_id: int, user: User, email: str, now: datetime
) -> None:
    """Send the letter that proves `email`, and let the chat wait for that; TooSoon when one has
    just gone there."""
    holder = await queries.holder(tx, email)
    if holder is None or holder.id == user.id:
        await requests.request(tx, user, "confirm", now, to=email, telegram_id=telegram_id)
    else:
        await requests.request(tx, holder, "sign_in", now, telegram_id=telegram_id)
    await wait_for(tx, telegram_id, email)


async def ask_sign_in(tx: Transaction, account: TelegramAccount, email: str, now: datetime) -> None:
    """Send a sign-in code to `email`; an address nobody has gets a letter that says so."""
    chat = account.telegram_id
    if holder := await queries.holder(tx, email) or await queries.invited(tx, email):
        await requests.request(tx, holder, "sign_in", now, telegram_id=chat)
    else:
        await requests.request_no_account(tx, email, account.locale, now, telegram_id=chat)


async def change_email(
    tx: Transaction, account: TelegramAccount, user: User, email: str, now: datetime
) -> User:
    """Another address. A proven one stays until the new one is proven; an unproven one goes."""
    mine = await tx.get_one(User, user.id, with_for_update=True)
    if mine.email_confirmed_at is None and mine.email != email:
        await tokens.revoke(tx, mine.id, "confirm", now)
        mine.email = email
        await tx.flush()
    await ask_proof(tx, account.telegram_id, mine, email, now)
    return mine


async def confirm_by_token(tx: Transaction, token: str, now: datetime) -> User:
    """The link was opened and its button pressed."""
    return await _confirm(tx, await tokens.redeem_link(tx, token, now), now)


async def confirm_by_code(
    tx: Transaction, account: TelegramAccount, code: str, key: bytes, now: datetime
) -> Verdict:
    """A code was typed in this chat: it proves an address, or signs in to its user.

    Commit whatever comes back: a wrong try counts.
    """
    for_here = and_(EmailToken.purpose == "sign_in", EmailToken.telegram_id == account.telegram_id)
    for_me = and_(EmailToken.purpose == "confirm", EmailToken.user_id == account.user_id)
    attempt = await tokens.redeem_code(tx, or_(for_here, for_me), code, key, now)
    if attempt.found is None:
        return Verdict(None, attempt.tries_left)
    await wait_for(tx, account.telegram_id, None)
    if attempt.found.purpose == "confirm":
        return Verdict(await _confirm(tx, attempt.found, now))
    return await _sign_in(tx, account, attempt.found, now)


def require_confirmed(user: User) -> None:
    """Conflict in words for an owner whose address is not proven yet."""
    if user.email_confirmed_at is None:
        raise Conflict(UNCONFIRMED, email=show_email(user.email))


async def _confirm(tx: Transaction, token: EmailToken, now: datetime) -> User:
    user = await tx.get_one(User, token.user_id, with_for_update=True)
    before = user.email if user.email_confirmed_at else None
    await _inherit(tx, user, token.email)
    user.email = token.email
    user.email_confirmed_at = now
    try:
        await tx.flush()
    except IntegrityError as error:
        raise Conflict(TAKEN, email=show_email(token.email)) from error
    if before and before.lower() != token.email.lower():
        await requests.tell_moved(tx, user, before, now)
    await notify(tx, CONFIRMED_CHANNEL, user.id)
    return user


async def _inherit(tx: Transaction, user: User, email: str) -> None:
    """Whoever reads the mailbox of an administrator that was only named so far is that one."""
    named = await queries.invited(tx, email)
    if named and named.id != user.id:
        user.is_admin, user.admission, user.daily_quota = True, "approved", None
        await tx.delete(named)
        await tx.flush()


async def _sign_in(
    tx: Transaction, account: TelegramAccount, token: EmailToken, now: datetime
) -> Verdict:
    left = await tx.get(User, account.user_id) if account.user_id else None
    user = await tx.get_one(User, token.user_id)
    if user.email_confirmed_at is None and user.email.lower() == token.email.lower():
        await _confirm(tx, token, now)
    await owned_by(tx, account, user.id, now)
    abandoned = left if left and left.email_confirmed_at is None else None
    return Verdict(user, left=abandoned)


async def wait_for(tx: Transaction, telegram_id: int, email: str | None) -> None:
    """The chat waits for this address to be confirmed, or for none any more."""
    chat = TelegramAccount.telegram_id == telegram_id
    await tx.execute(update(TelegramAccount).where(chat).values(waiting_email=email))


async def owned_by(
    tx: Transaction, account: TelegramAccount, user_id: int | None, now: datetime | None = None
) -> None:
    """The chat is that user's from now on, or nobody's."""
    chat = TelegramAccount.telegram_id == account.telegram_id
    owner = {"user_id": user_id, "signed_in_at": now if user_id else None}
    await tx.execute(update(TelegramAccount).where(chat).values(owner))
