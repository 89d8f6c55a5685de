"""Grants to send, from rows that all workers share: taken in batches, given back if unused.

A grant belongs to the transaction that takes it: others wait for its end, and a worker that dies
before its commit has taken nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from core.accounts import quota as quotas
from core.accounts import rules
from core.accounts.models import AccountUse
from core.accounts.rules import Account, Room
from core.db import Transaction

IN_ALL = ""
KEPT = timedelta(days=2)
AT_ONCE = 5000


async def room(tx: Transaction, account: Account, wanted: int, now: datetime) -> Room:
    """How many of `wanted` the account may send now, for the owner whose mails they are."""
    found = await _room(tx, account, wanted, now)
    if account.quota is None or not found.size:
        return found
    by_quota = await quotas.room(tx, account.quota, wanted, now)
    return by_quota if by_quota.size < found.size else found


async def _room(tx: Transaction, account: Account, wanted: int, now: datetime) -> Room:
    limits = account.limits(IN_ALL, now)
    if not limits.any:
        return Room(wanted)
    return rules.room(limits, (await _uses(tx, account, [IN_ALL], now))[IN_ALL], wanted, now)


async def room_by_domain(
    tx: Transaction, account: Account, wanted: Counter[str], now: datetime
) -> dict[str, Room]:
    """The same for each recipient domain that has limits."""
    limited = {d: limits for d in wanted if (limits := account.limits(d, now)).any}
    uses = await _uses(tx, account, limited, now)
    return {d: rules.room(limits, uses[d], wanted[d], now) for d, limits in limited.items()}


async def spend(tx: Transaction, account: Account, domains: Iterable[str], now: datetime) -> None:
    """Take grants for mails by the domains of their recipients."""
    domains = list(domains)
    for use, mails in await _counted(tx, account, domains, now):
        use.hour_used += mails
        use.day_used += mails
        if per_second := account.limits(use.domain, now).per_second:
            use.free_at = max(use.free_at, now) + mails * rules.gap(per_second)
    if account.quota and domains:  # after the account's rows: all lock in this order
        await quotas.spend(tx, account.quota, len(domains), now)


async def give_back(
    tx: Transaction,
    account: Account,
    domains: Iterable[str],
    granted_at: datetime,
    now: datetime,
) -> None:
    """Give grants back that were not used, to the hour and the day that they were taken from.

    The pace is not given back: its moment has passed.
    """
    domains = list(domains)
    for use, mails in await _counted(tx, account, domains, now):
        if use.hour <= granted_at:
            use.hour_used = max(0, use.hour_used - mails)
        if use.day <= granted_at:
            use.day_used = max(0, use.day_used - mails)
    if account.quota and domains:
        await quotas.give_back(tx, account.quota, len(domains), granted_at, now)


async def forget_old(tx: Transaction, now: datetime) -> int:
    """Drop some of what no limit counts any more; says how many."""
    old = tuple_(AccountUse.account_id, AccountUse.domain)
    some = select(AccountUse.account_id, AccountUse.domain)
    some = some.where(AccountUse.day < rules.day_of(now) - KEPT).limit(AT_ONCE)
    gone = delete(AccountUse).where(old.in_(some)).returning(AccountUse.account_id)
    return len((await tx.scalars(gone)).all())


async def _counted(
    tx: Transaction, account: Account, domains: Iterable[str], now: datetime
) -> list[tuple[AccountUse, int]]:
    """The rows to change with the number of mails of each."""
    mails = Counter(domains)
    mails[IN_ALL] = mails.total()
    limited = [key for key in mails if mails[key] and account.limits(key, now).any]
    uses = await _uses(tx, account, limited, now)
    return [(uses[key], mails[key]) for key in limited]


async def _uses(
    tx: Transaction, account: Account, keys: Collection[str], now: datetime
) -> dict[str, AccountUse]:
    """Rows of this hour and day, locked in one order."""
    if not keys:
        return {}
    query = (
        select(AccountUse)
        .where(AccountUse.account_id == account.id, AccountUse.domain.in_(keys))
        .order_by(AccountUse.domain)
        .with_for_update()
    )
    found = (await tx.scalars(query.execution_options(populate_existing=True))).all()
    if len(found) < len(keys):
        await _begin(tx, account, keys, now)
        found = (await tx.scalars(query.execution_options(populate_existing=True))).all()
    for use in found:
        _turn(use, now)
    return {use.domain: use for use in found}


async def _begin(tx: Transaction, account: Account, keys: Collection[str], now: datetime) -> None:
    hour, day = rules.hour_of(now), rules.day_of(now)
    rows = [
        {"account_id": account.id, "domain": key, "hour": hour, "day": day, "free_at": now}
        for key in sorted(keys)
    ]
    await tx.execute(insert(AccountUse).values(rows).on_conflict_do_nothing())


def _turn(use: AccountUse, now: datetime) -> None:
    """A new hour or day begins with nothing used; `now` may be a little behind another's."""
    if use.hour < (hour := rules.hour_of(now)):
        use.hour, use.hour_used = hour, 0
    if use.day < (day := rules.day_of(now)):
        use.day, use.day_used = day, 0
