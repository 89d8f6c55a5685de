"""Pictures and files of a post: known by their ids in Telegram until the message is written."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aiogram import F
from aiogram.types import Message

from bot.kit import Chat
from bot.messages.typed import rich_blocks
from core.messages.files import MOST_BYTES, NewFile, check_name, check_sizes
from core.messages.pictures import fit_picture
from core.richtext.from_telegram import Media, media_of

MEDIA = F.photo | F.document | F.video | F.audio | F.animation
RICH = F.rich_message


@dataclass(frozen=True)
class Sent:
    """A file as Telegram keeps it."""

    file_id: str
    name: str
    mime: str
    size: int
    is_picture: bool

    def to_json(self) -> dict[str, Any]:
        """For the conversation's memory."""
        return asdict(self)


def sent_with(message: Message) -> list[Sent]:
    """The pictures and files of a message, checked by their names."""
    if message.rich_message:
        return [_of_rich(each) for each in media_of(rich_blocks(message))]
    sent = _single(message)
    return [sent] if sent else []


def _of_rich(media: Media) -> Sent:
    mime = media.file.get("mime_type") or "application/octet-stream"
    size = media.file.get("file_size") or 0
    return Sent(media.file["file_id"], check_name(media.name), mime, size, media.is_picture)


def _single(message: Message) -> Sent | None:
    if message.photo:
        largest = message.photo[-1]
        name = f"photo-{message.message_id}.jpg"
        return Sent(largest.file_id, name, "image/jpeg", largest.file_size or 0, True)
    file = message.document or message.animation or message.video or message.audio
    if file is None:
        return None
    name = check_name(file.file_name or "")
    mime = file.mime_type or "application/octet-stream"
    return Sent(file.file_id, name, mime, file.file_size or 0, False)


def together(draft: dict[str, Any], message: Message) -> list[dict[str, Any]]:
    """The files of the draft with that of a message, or Invalid when they are too many."""
    sent = [each.to_json() for each in sent_with(message)]
    files = [*(draft.get("files") or []), *sent]
    check_sizes([each["size"] for each in files])
    return files


def same_album(draft: dict[str, Any], message: Message) -> bool:
    """Whether the message belongs to the album that came before."""
    return message.media_group_id is not None and draft.get("album") == message.media_group_id


async def fetched(chat: Chat, files: Sequence[dict[str, Any]]) -> list[NewFile]:
    """The files themselves, pictures made fit for a mail."""
    if files:
        await chat.wait()
    return [await _fetched(chat, Sent(**each)) for each in files]


async def _fetched(chat: Chat, sent: Sent) -> NewFile:
    content = await chat.download(sent.file_id, MOST_BYTES)
    if sent.is_picture:
        return await asyncio.to_thread(fit_picture, sent.name, content)
    return NewFile(sent.name, sent.mime, content)
