"""Messages as their owner sees them."""

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from core.db import Transaction
from core.errors import NotFound
from core.messages.models import Message, MessageVersion
from core.pages import Page, page_of
from core.users.models import User

WITH_FILES = selectinload(Message.version).selectinload(MessageVersion.files)


def of(owner: User) -> Select[Message]:
    """Every message of an owner, with its wording and the names of its files."""
    return select(Message).where(Message.owner_id == owner.id).options(WITH_FILES)


async def get(tx: Transaction, owner: User, message_id: int, *, lock: bool = False) -> Message:
    """One message; somebody else's is not found."""
    query = of(owner).where(Message.id == message_id)
    if lock:
        query = query.with_for_update(of=Message).execution_options(populate_existing=True)
    found = await tx.scalar(query)
    if found is None:
        raise NotFound
    return found


async def page(
    tx: Transaction,
    owner: User,
    offset: int = 0,
    limit: int = 8,
    *,
    active: bool | None = None,
    search: str = "",
) -> Page[Message]:
    """The newest first; `search` is looked for in the subject."""
    query = of(owner).join(MessageVersion, MessageVersion.id == Message.version_id)
    if active is not None:
        query = query.where(Message.active == active)
    if search:
        query = query.where(MessageVersion.subject.icontains(search, autoescape=True))
    return await page_of(tx, query.order_by(Message.id.desc()), offset, limit)


async def versions(tx: Transaction, owner: User, message_id: int) -> list[MessageVersion]:
    """Every wording of a message, the newest first."""
    message = await get(tx, owner, message_id)
    found = await tx.scalars(
        select(MessageVersion)
        .where(MessageVersion.message_id == message.id)
        .order_by(MessageVersion.no.desc())
    )
    return list(found)
