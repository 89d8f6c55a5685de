"""Messages as their owner sees them."""

import json
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Select, select, text
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from core.db import Transaction
from core.direct import columns, instance, instances, row
from core.errors import NotFound
from core.messages.models import Message, MessageFile, MessageVersion
from core.pages import Page, page_by, page_of, page_statement
from core.users.models import User

# Mailings stand above messages, so their table is asked without their model.
IS_USED = text("SELECT EXISTS (SELECT FROM mailings WHERE message_id = :message)")
WITH_FILES = joinedload(Message.version).selectinload(MessageVersion.files)

_BOTH = f"{columns(Message, 'm')}, {columns(MessageVersion, 'v')}"
ONE = text(f"""
    SELECT (SELECT json_agg(json_build_object('id', f.id, 'message_id', f.message_id,
                'name', f.name, 'mime', f.mime, 'size', f.size, 'width', f.width) ORDER BY f.id)
            FROM version_files x JOIN message_files f ON f.id = x.file_id
            WHERE x.version_id = v.id)::text, {_BOTH}
    FROM messages m LEFT JOIN message_versions v ON v.id = m.version_id
    WHERE m.owner_id = :owner AND m.id = :id
""")  # noqa: S608  the pieces are written here
PAGE = page_statement(
    """SELECT m.id FROM messages m JOIN message_versions v ON v.id = m.version_id
       WHERE m.owner_id = :owner AND m.active IS NOT DISTINCT FROM coalesce(:active, m.active)
         AND strpos(lower(v.subject), lower(:search)) > 0""",
    _BOTH,
    "JOIN messages m USING (id) JOIN message_versions v ON v.id = m.version_id",
)
COUNTS = text("""
    SELECT count(*) FILTER (WHERE active), count(*) FILTER (WHERE NOT active)
    FROM messages WHERE owner_id = :owner
""")


def of(owner: User) -> Select[Message]:
    """Every message of an owner, with its wording and the names of its files."""
    return select(Message).where(Message.owner_id == owner.id).options(WITH_FILES)


async def get(tx: Transaction, owner: User, message_id: int) -> Message:
    """One message to look at; somebody else's is not found."""
    found = await row(tx, ONE, owner=owner.id, id=message_id)
    if found is None:
        raise NotFound
    files, *values = found
    message = _with_version(values)
    if message.version:
        named = [instance(MessageFile, each) for each in json.loads(files or "[]")]
        set_committed_value(message.version, "files", named)
    return message


async def locked(tx: Transaction, owner: User, message_id: int) -> Message:
    """One message to change; somebody else's is not found."""
    query = of(owner).where(Message.id == message_id).with_for_update(of=Message)
    found = await tx.scalar(query.execution_options(populate_existing=True))
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
    """The newest first, without their files; `search` is looked for in the subject."""
    wanted = {"owner": owner.id, "active": active, "search": search}
    page = await page_by(tx, PAGE, offset, limit, **wanted)
    return Page([_with_version(each) for each in page.rows], page.total, page.offset)


def _with_version(values: Sequence[Any]) -> Message:
    message, version = instances(values, Message, MessageVersion)
    set_committed_value(message, "version", version)
    return cast("Message", message)


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
    on, off = await row(tx, COUNTS, owner=owner.id)
    return on, off
