"""A post of the chat as the text of a letter: its formatting, and the first line as a subject."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiogram.types import Message, MessageEntity

from bot.kit import Chat
from core.clients.values import placeholders_of
from core.errors import Invalid
from core.mail.telegram import html_from_telegram
from core.messages.rules import NO_TEXT, OFFERED, check_html, check_typed, offered_subject
from core.richtext.from_telegram import buttons_of, html_from_rich
from core.richtext.to_telegram import words
from core.typed import one_line

_PIECE = 3500
_TOGETHER = 2  # seconds


@dataclass(frozen=True)
class Post:
    """`rest` is the HTML below the first line when that line would make a subject."""

    html: str
    subject: str | None
    rest: str


async def known_of(chat: Chat) -> tuple[str, ...]:
    """The placeholders that the owner's clients have values for."""
    async with chat.read() as (tx, _now):
        return await placeholders_of(tx, chat.user)


def post_of(message: Message, known: Iterable[str] | None = None) -> Post:
    """The HTML of what was sent, or Invalid in words."""
    known = None if known is None else tuple(known)
    if message.rich_message:
        return _rich(rich_blocks(message), known)
    text = check_typed(message.text or message.caption or "")
    entities = message.entities or message.caption_entities or []
    below = _buttons(message)
    html = check_html(html_from_telegram(text, _plain(entities)) + below, known)
    subject = offered_subject(text)
    return Post(html, subject, _below(text, entities) + below if subject else html)


def rich_blocks(message: Message) -> list[dict[str, Any]]:
    """The blocks of a rich message as plain data."""
    if message.rich_message is None:
        return []
    blocks: list[dict[str, Any]] = message.rich_message.model_dump(
        mode="json", exclude_none=True, warnings=False
    )["blocks"]
    return blocks


def _rich(blocks: list[dict[str, Any]], known: tuple[str, ...] | None) -> Post:
    if not words(blocks).strip() and "photo" not in {block["type"] for block in blocks}:
        raise Invalid(NO_TEXT)
    html = check_html(html_from_rich(blocks), known)
    first = one_line(words(blocks[0].get("text"))) if blocks[0]["type"] in _FIRST else ""
    if not 0 < len(first) <= OFFERED or not words(blocks[1:]).strip():
        return Post(html, None, html)
    return Post(html, first, html_from_rich(blocks[1:]))


_FIRST = ("heading", "paragraph")


def _buttons(message: Message) -> str:
    """Buttons under a forwarded post that open pages."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    made = [buttons_of(each.model_dump(exclude_none=True) for each in row) for row in rows]
    return "".join(f"\n{row}" for row in made if row)


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
