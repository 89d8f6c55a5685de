"""Which accounts a mailing or a letter may go out through, in the order to try them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy import or_, select

from core.accounts import quota as quotas
from core.accounts.crypto import Unreadable, Vault
from core.accounts.forecast import Source
from core.accounts.models import AccountUse, SmtpAccount
from core.accounts.of_settings import follow_settings
from core.accounts.rules import Account, Limits, Quota, day_of
from core.accounts.sealed import password_of
from core.accounts.state import PAUSES
from core.db import Json, Transaction
from core.mail.presets import account_of, sender_of
from core.mail.transport import Security, Server
from core.settings import Settings

log = structlog.get_logger(__name__)

CONNECTIONS = 20  # where the account sets no number
LOCKED = "auth"  # a password that no key opens is as good as a wrong one


@dataclass(frozen=True)
class Way:
    """An account ready to send: `server` is None when mails are printed instead.

    `connections` is shared by all workers; `guarded` for an owner's server, which may be no
    address of ours. `troubled` when its last attempt failed.
    """

    account: Account
    sender: str
    sender_name: str | None = None
    server: Server | None = None
    connections: int | None = None
    guarded: bool = False
    troubled: bool = False


@dataclass(frozen=True)
class Blocked:
    """An account that cannot send before `until`, and why."""

    until: datetime
    because: str


@dataclass(frozen=True)
class Choice:
    """Accounts that may be tried now, and those to be left alone."""

    ready: Sequence[Way] = ()
    blocked: Sequence[Blocked] = field(default=())


async def choose(
    tx: Transaction, settings: Settings, owner_id: int | None, now: datetime
) -> Choice:
    """The owner's own accounts, else the installation's; for no owner the installation's.

    An owner's mailing never leaves by another sender than the owner chose: the installation's
    accounts do not stand in for an owner's own.
    """
    quota = await quotas.of(tx, owner_id) if owner_id is not None else None
    if settings.debug:
        return Choice([Way(Account("debug", quota=quota), sender_of(settings))])
    rows = await _usable(tx, owner_id) if owner_id is not None else ()
    if not rows:
        await follow_settings(tx, settings)
        rows = await _shared(tx, settings)
    if not rows:
        log.warning("no mail account: set HOST_USER and PASS_USER, or SMTP_HOST")
        return Choice((), [Blocked(now + PAUSES[1], "connect")])
    choice = _judged(rows, Vault(settings), now)
    return choice if quota is None else _within(choice, quota)


def _within(choice: Choice, quota: Quota) -> Choice:
    """The same accounts, none of which may exceed the owner's quota."""
    ready = [replace(way, account=replace(way.account, quota=quota)) for way in choice.ready]
    return replace(choice, ready=ready)


async def sources(
    tx: Transaction, settings: Settings, owner_id: int, now: datetime
) -> list[Source]:
    """The accounts an owner's mailings go out through, with what each has sent today."""
    rows = () if settings.debug else await _usable(tx, owner_id) or await _shared(tx, settings)
    mine = (AccountUse.account_id.in_([row.id for row in rows]), AccountUse.domain == "")
    uses = {use.account_id: use for use in await tx.scalars(select(AccountUse).where(*mine))}
    return [_source(row, uses.get(row.id), now) for row in rows]


def _source(row: SmtpAccount, use: AccountUse | None, now: datetime) -> Source:
    today = day_of(now)
    return Source(limited(row), today, use.day_used if use and use.day == today else 0)


async def _shared(tx: Transaction, settings: Settings) -> Sequence[SmtpAccount]:
    """The installation's."""
    return [row for row in await _usable(tx, None) if is_current(row, settings)]


async def _usable(tx: Transaction, owner_id: int | None) -> Sequence[SmtpAccount]:
    mine = SmtpAccount.owner_id.is_(None) if owner_id is None else SmtpAccount.owner_id == owner_id
    confirmed = or_(SmtpAccount.owner_id.is_(None), SmtpAccount.from_confirmed_at.is_not(None))
    query = select(SmtpAccount).where(mine, confirmed, SmtpAccount.enabled)
    return (await tx.scalars(query.order_by(SmtpAccount.priority, SmtpAccount.id))).all()


def is_current(row: SmtpAccount, settings: Settings) -> bool:
    """Whether the settings still name the account that was made for them."""
    return not row.from_settings or row.name == account_of(settings)[0]


def _judged(rows: Sequence[SmtpAccount], vault: Vault, now: datetime) -> Choice:
    ready: list[Way] = []
    blocked: list[Blocked] = []
    for row in rows:
        if row.backing_off_until and row.backing_off_until > now:
            blocked.append(Blocked(row.backing_off_until, row.problem or "refused"))
            continue
        try:
            ready.append(way_of(row, vault))
        except Unreadable as error:
            log.warning("password of a mail account is unreadable", account=row.id, why=str(error))
            blocked.append(Blocked(now + PAUSES[-1], LOCKED))
    return Choice(ready, blocked)


def way_of(row: SmtpAccount, vault: Vault) -> Way:
    """An account as it is used; one sealed by an earlier key is sealed by the present one."""
    return Way(
        limited(row),
        row.from_address,
        row.from_name,
        server_of(row, vault),
        row.connections,
        guarded=row.owner_id is not None,
        troubled=bool(row.failures),
    )


def limited(row: SmtpAccount) -> Account:
    """The account by its limits."""
    return Account(
        row.name,
        row.id,
        Limits(row.per_second, row.per_hour, row.per_day),
        {domain.lower(): limits_of(kept) for domain, kept in row.domain_limits.items()},
        tuple(row.warm_up),
        row.warm_up_from,
    )


def limits_of(kept: Json) -> Limits:
    """Limits as they stand in JSON; what is no positive number does not limit."""
    known = ("per_second", "per_hour", "per_day")
    return Limits(*(n if isinstance(n := kept.get(key), int) and n > 0 else None for key in known))


def server_of(row: SmtpAccount, vault: Vault) -> Server:
    """Raises Unreadable."""
    security: Security = row.security  # type: ignore[assignment]  # the table checks it
    return Server(
        row.host,
        row.port,
        security,
        row.username,
        password_of(row, vault),
        connections=row.connections or CONNECTIONS,
        messages_per_connection=row.messages_per_connection,
        plain_auth=row.from_settings and security == "none",
    )
