"""Writing messages. A change never touches what was sent: it adds a version."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from core.audit import service as audit
from core.audit.service import Actor
from core.clients.values import placeholders_of
from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_
from core.messages import queries
from core.messages.files import NewFile, check_sizes, keep, loaded
from core.messages.models import Message, MessageFile, MessageVersion
from core.messages.rules import check_html, check_layout, check_subject
from core.messages.slug import free_slug, slug_of
from core.users.models import User

Button = tuple[str, str]  # what it says, where it leads

SAME = N_("This is how the message is now.")
USED = N_(
    "A mailing was made of this message, so it stays for the reports. Deactivate it instead:"
    " then nothing of it is sent."
)


@dataclass(frozen=True)
class _Wording:
    """All that makes a version; two that are equal are the same version."""

    subject: str
    html: str
    layout: str
    button: Button | None
    files: list[MessageFile]


async def create(
    tx: Transaction,
    owner: User,
    subject: str,
    html: str,
    now: datetime,
    files: Sequence[NewFile] = (),
    *,
    layout: str = "letter",
    button: Button | None = None,
) -> Message:
    """A new active message with its first version."""
    known = await placeholders_of(tx, owner)
    subject, html = check_subject(subject, known), check_html(html, known)
    return await _add(tx, owner, _Wording(subject, html, layout, button, []), files, now)


async def _add(
    tx: Transaction, owner: User, wording: _Wording, files: Sequence[NewFile], now: datetime
) -> Message:
    check_sizes([len(each.content) for each in files])
    slug = await _slug(tx, owner, wording.subject)
    message = Message(owner_id=owner.id, slug=slug, active=True, created_at=now)
    tx.add(message)
    await tx.flush()
    kept = await keep(tx, message, files)
    await _write(tx, message, 1, replace(wording, files=kept), now)
    return message


async def edit(
    tx: Transaction,
    owner: User,
    message_id: int,
    now: datetime,
    *,
    subject: str | None = None,
    html: str | None = None,
    layout: str | None = None,
    button: Button | None = None,
    add: Sequence[NewFile] = (),
    remove: Sequence[int] = (),
) -> Message:
    """Change what is given; the same again makes no new version."""
    message = await queries.locked(tx, owner, message_id)
    before, known = _wording(_present(message)), await placeholders_of(tx, owner)
    kept = [each for each in before.files if each.id not in remove]
    check_sizes([*(each.size for each in kept), *(len(each.content) for each in add)])
    after = replace(
        before,
        subject=before.subject if subject is None else check_subject(subject, known),
        html=before.html if html is None else check_html(html, known),
        layout=before.layout if layout is None else check_layout(layout),
        button=button or before.button,
        files=[*kept, *await keep(tx, message, add)],
    )
    return await _change(tx, message, before, after, now)


async def drop_button(tx: Transaction, owner: User, message_id: int, now: datetime) -> Message:
    """A card without its button."""
    message = await queries.locked(tx, owner, message_id)
    before = _wording(_present(message))
    return await _change(tx, message, before, replace(before, button=None), now)


async def restore(
    tx: Transaction, owner: User, message_id: int, version_id: int, now: datetime
) -> Message:
    """Take an older wording back, as a new version; what came between stays in the history."""
    message = await queries.locked(tx, owner, message_id)
    older = await queries.version(tx, owner, message_id, version_id)
    if older.id == message.version_id:
        raise Conflict(SAME)
    return await _change(tx, message, _wording(_present(message)), _wording(older), now)


async def delete(tx: Transaction, owner: User, message_id: int, now: datetime) -> str:
    """Delete a message no mailing ever stood on, with its history; answers its subject."""
    message = await queries.locked(tx, owner, message_id)
    if await queries.is_used(tx, message.id):
        raise Conflict(USED)
    subject = _present(message).subject
    await tx.delete(message)
    what = ("messages", message.id, subject)
    await audit.record(tx, Actor("bot", owner.name, owner.id), "delete", what, now)
    return subject


async def set_active(
    tx: Transaction, owner: User, message_id: int, active: bool, now: datetime
) -> Message:
    """Switch a message on or off; an inactive one is sent to nobody."""
    message = await queries.locked(tx, owner, message_id)
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
    return await _add(tx, owner, _wording(original), files, now)


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


async def _change(
    tx: Transaction, message: Message, before: _Wording, after: _Wording, now: datetime
) -> Message:
    if after != before:
        await _write(tx, message, await _last_no(tx, message) + 1, after, now)
    return message


async def _write(
    tx: Transaction, message: Message, no: int, wording: _Wording, now: datetime
) -> None:
    text, url = wording.button or (None, None)
    message.version = MessageVersion(
        message_id=message.id,
        no=no,
        subject=wording.subject,
        html=wording.html,
        layout=wording.layout,
        button_text=text,
        button_url=url,
        files=wording.files,
        created_at=now,
    )
    await tx.flush()


def _wording(version: MessageVersion) -> _Wording:
    button = (version.button_text or "", version.button_url) if version.button_url else None
    files = list(version.files)
    return _Wording(version.subject, version.html, version.layout, button, files)


def _present(message: Message) -> MessageVersion:
    assert message.version is not None  # noqa: S101  written together with the message
    return message.version
