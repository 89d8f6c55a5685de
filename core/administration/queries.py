"""What administrators look at: users by page and search, one with all that counts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select

from core.accounts import quota
from core.accounts.quota import Standing
from core.administration.service import administrator
from core.clients.models import Client
from core.db import Transaction
from core.errors import NotFound
from core.mailings import approval
from core.mailings import queries as mailings
from core.mailings.models import Mailing
from core.mailings.queries import Line
from core.pages import Page, page_of
from core.users import devices, photo
from core.users.models import User

FILTERS: dict[str, ColumnElement[bool]] = {
    "waiting": User.admission == "waiting",
    "suspended": User.blocked_at.is_not(None),
    "admins": User.is_admin.is_(True),
}


@dataclass(frozen=True)
class Totals:
    """How many users there are, wait, are suspended; mailings that wait for a yes."""

    users: int
    waiting: int
    suspended: int
    to_approve: int = 0


@dataclass(frozen=True)
class UserCard:
    """A user as an administrator sees one."""

    user: User
    chats: int
    clients: int
    mailings: int
    active: int
    quota: Standing | None
    has_photo: bool


def there() -> Select[User]:
    """Users who have not been erased."""
    query: Select[User] = select(User).where(User.erased_at.is_(None))
    return query


async def totals(tx: Transaction, actor: User) -> Totals:
    """The numbers above the lists."""
    await administrator(tx, actor)
    counted = [func.count().filter(FILTERS[which]) for which in ("waiting", "suspended")]
    query = select(func.count(), *counted).where(User.erased_at.is_(None))
    found = (await tx.execute(query)).one()
    return Totals(found[0], found[1], found[2], await approval.count(tx))


async def page(
    tx: Transaction, actor: User, which: str, searched: str, offset: int, limit: int
) -> Page[User]:
    """The newest first; `searched` is a part of a name, an address or a phone."""
    await administrator(tx, actor)
    query = there()
    if which in FILTERS:
        query = query.where(FILTERS[which])
    for word in searched.split():
        known = (User.name, User.email, User.phone)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in known)))
    return await page_of(tx, query.order_by(User.id.desc()), offset, limit)


async def card(tx: Transaction, actor: User, user_id: int, now: datetime) -> UserCard:
    """One user; NotFound for one who is gone."""
    await administrator(tx, actor)
    user = await tx.scalar(there().where(User.id == user_id))
    if user is None:
        raise NotFound
    theirs = Mailing.owner_id == user_id, Mailing.hidden_at.is_(None)
    active = func.count().filter(Mailing.status == "active")
    all_, running = (await tx.execute(select(func.count(), active).where(*theirs))).one()
    counted = select(func.count()).where(Client.owner_id == user_id)
    return UserCard(
        user,
        len(await devices.of(tx, user)),
        (await tx.execute(counted)).scalar_one(),
        all_,
        running,
        await quota.standing(tx, user_id, now),
        await photo.has(tx, user_id),
    )


async def mailings_of(
    tx: Transaction, actor: User, user_id: int, offset: int, limit: int
) -> Page[Line]:
    """A user's mailings."""
    await administrator(tx, actor)
    user = await tx.get(User, user_id)
    if user is None:
        raise NotFound
    return await mailings.page(tx, user, offset, limit)
