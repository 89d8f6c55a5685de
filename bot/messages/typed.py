"""A post of the chat as the text of a letter: its formatting, and the first line as a subject."""

from dataclasses import dataclass
from typing import Any

from aiogram.types import Message, MessageEntity

from core.mail.telegram import html_from_telegram
from core.messages.rules import check_html, check_typed, offered_subject

_PIECE = 3500
_TOGETHER = 2  # seconds


@dataclass(frozen=True)
class Post:
    """`rest` is the HTML below the first line when that line would make a subject."""

    html: str
    subject: str | None
    rest: str


def post_of(message: Message) -> Post:
    """The HTML of what was sent, or Invalid in words."""
    text = check_typed(message.text or message.caption or "")
    entities = message.entities or message.caption_entities or []
    html = check_html(html_from_telegram(text, _plain(entities)))
    subject = offered_subject(text)
    return Post(html, subject, _below(text, entities) if subject else html)


def is_long(message: Message) -> bool:
    """Whether it may be the first piece of a longer text: apps cut at 4,096 characters."""
    return len(message.text or "") >= _PIECE


def follows(message: Message, first_at: float | None) -> bool:
    """Whether it came together with a long one, sooner than anybody types."""
    return first_at is not None and message.date.timestamp() - first_at <= _TOGETHER


def _below(text: str, entities: list[MessageEntity]) -> str:
    """The text without its first line; Telegram counts entities in UTF-16 units."""
    body = text.lstrip().partition("\n")[2].lstrip()
    cut = _units(text) - _units(body)
    moved = [_moved(entity, cut) for entity in entities]
    return html_from_telegram(body, _plain([each for each in moved if each.length > 0]))


def _moved(entity: MessageEntity, cut: int) -> MessageEntity:
    start, end = entity.offset - cut, entity.offset + entity.length - cut
    return entity.model_copy(update={"offset": max(0, start), "length": end - max(0, start)})


def _plain(entities: list[MessageEntity]) -> list[dict[str, Any]]:
    return [entity.model_dump(mode="json", exclude_none=True) for entity in entities]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
