"""Messages as their owner sees them."""

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import joinedload, selectinload

from core.db import Transaction
from core.errors import NotFound
from core.messages.models import Message, MessageVersion
from core.pages import Page, page_of
from core.users.models import User

# Mailings stand above messages, so their table is asked without their model.
IS_USED = text("SELECT EXISTS (SELECT FROM mailings WHERE message_id = :message)")
WITH_FILES = joinedload(Message.version).selectinload(MessageVersion.files)


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


async def versions(
    tx: Transaction, owner: User, message_id: int, offset: int = 0, limit: int = 8
) -> Page[MessageVersion]:
    """Wordings of a message, the newest first."""
    message = await get(tx, owner, message_id)
    query = select(MessageVersion).where(MessageVersion.message_id == message.id)
    return await page_of(tx, query.order_by(MessageVersion.no.desc()), offset, limit)


async def version(tx: Transaction, owner: User, message_id: int, version_id: int) -> MessageVersion:
    """One wording of the owner's message."""
    query = (
        select(MessageVersion)
        .join(Message, Message.id == MessageVersion.message_id)
        .where(
            Message.owner_id == owner.id,
            Message.id == message_id,
            MessageVersion.id == version_id,
        )
        .options(selectinload(MessageVersion.files))
    )
    if (found := await tx.scalar(query)) is None:
        raise NotFound
    return found


async def is_used(tx: Transaction, message_id: int) -> bool:
    """Whether a mailing stands or stood on the message."""
    return bool(await tx.scalar(IS_USED, {"message": message_id}))


async def counts(tx: Transaction, owner: User) -> tuple[int, int]:
    """How many messages are active and how many are not."""
    active = func.count().filter(Message.active)
    query = select(active, func.count() - active).where(Message.owner_id == owner.id)
    on, off = (await tx.execute(query)).one()
    return on, off
