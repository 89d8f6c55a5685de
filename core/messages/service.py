"""Writing messages. A change never touches what was sent: it adds a version."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from core.db import Transaction
from core.messages import queries
from core.messages.files import NewFile, check_sizes, keep, loaded
from core.messages.models import Message, MessageFile, MessageVersion
from core.messages.rules import check_html, check_subject
from core.messages.slug import free_slug, slug_of
from core.users.models import User


async def create(
    tx: Transaction,
    owner: User,
    subject: str,
    html: str,
    now: datetime,
    files: Sequence[NewFile] = (),
) -> Message:
    """A new active message with its first version."""
    subject, html = check_subject(subject), check_html(html)
    check_sizes([len(each.content) for each in files])
    slug = await _slug(tx, owner, subject)
    message = Message(owner_id=owner.id, slug=slug, active=True, created_at=now)
    tx.add(message)
    await tx.flush()
    await _write(tx, message, 1, subject, html, await keep(tx, message, files), now)
    return message


async def edit(
    tx: Transaction,
    owner: User,
    message_id: int,
    now: datetime,
    *,
    subject: str | None = None,
    html: str | None = None,
    add: Sequence[NewFile] = (),
    remove: Sequence[int] = (),
) -> Message:
    """Change the subject, the text or the files; the same again makes no new version."""
    message = await queries.get(tx, owner, message_id, lock=True)
    before = _present(message)
    new_subject = before.subject if subject is None else check_subject(subject)
    new_html = before.html if html is None else check_html(html)
    kept = [each for each in before.files if each.id not in remove]
    check_sizes([*(each.size for each in kept), *(len(each.content) for each in add)])
    files = [*kept, *await keep(tx, message, add)]
    if (new_subject, new_html, files) != (before.subject, before.html, before.files):
        no = await _last_no(tx, message) + 1
        await _write(tx, message, no, new_subject, new_html, files, now)
    return message


async def set_active(
    tx: Transaction, owner: User, message_id: int, active: bool, now: datetime
) -> Message:
    """Switch a message on or off; an inactive one is sent to nobody."""
    message = await queries.get(tx, owner, message_id, lock=True)
    message.active = active
    await tx.flush()
    return message


async def duplicate(tx: Transaction, owner: User, message_id: int, now: datetime) -> Message:
    """A copy to change while the original stays as it is."""
    original = _present(await queries.get(tx, owner, message_id))
    files = [
        NewFile(each.name, each.mime, each.content, each.width)
        for each in await loaded(tx, original.files)
    ]
    return await create(tx, owner, original.subject, original.html, now, files)


async def _slug(tx: Transaction, owner: User, subject: str) -> str:
    # The owner's row is locked so that two messages at once cannot choose the same slug.
    await tx.execute(select(User.id).where(User.id == owner.id).with_for_update(key_share=True))
    wanted = slug_of(subject)
    taken = await tx.scalars(
        select(Message.slug).where(
            Message.owner_id == owner.id, Message.slug.startswith(wanted, autoescape=True)
        )
    )
    return free_slug(wanted, set(taken))


async def _last_no(tx: Transaction, message: Message) -> int:
    query = select(func.max(MessageVersion.no)).where(MessageVersion.message_id == message.id)
    return await tx.scalar(query) or 0


async def _write(
    tx: Transaction,
    message: Message,
    no: int,
    subject: str,
    html: str,
    files: list[MessageFile],
    now: datetime,
) -> None:
    message.version = MessageVersion(
        message_id=message.id, no=no, subject=subject, html=html, files=files, created_at=now
    )
    await tx.flush()


def _present(message: Message) -> MessageVersion:
    assert message.version is not None  # noqa: S101  written together with the message
    return message.version
