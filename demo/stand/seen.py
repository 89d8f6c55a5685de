"""A message as a person sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from demo.stand.chats import Chat, Message
from demo.stand.markup import Entity
from demo.stand.render import render
from demo.stand.rich_view import rich_html
from demo.stand.rich_words import each_within, text_of, words


@dataclass(frozen=True)
class Button:
    """A button under a message."""

    text: str
    data: str | None
    url: str | None
    style: str | None
    disabled: bool


@dataclass(frozen=True)
class Seen:
    """One bubble of the chat."""

    id: int
    by_bot: bool
    text: str
    """Plain text, or the caption."""
    entities: list[Entity]
    rows: list[list[Button]]
    raw: Message

    @property
    def html(self) -> str:
        """The text as a page shows it."""
        rich = self.raw.get("rich_message")
        return rich_html(rich) if rich else render(self.text, self.entities)

    @property
    def buttons(self) -> list[str]:
        """Labels of the inline buttons, in reading order."""
        return [button.text for button in self.each_button()]

    @property
    def document(self) -> dict[str, Any] | None:
        return self.raw.get("document")

    @property
    def photo(self) -> list[dict[str, Any]] | None:
        return self.raw.get("photo")

    @property
    def brief(self) -> str:
        """A line that stands for the message; a bare photo has none."""
        name = (self.document or {}).get("file_name")
        phone = self.raw.get("contact", {}).get("phone_number")
        emoji = self.raw.get("sticker", {}).get("emoji")
        return self.text.replace("\n", " ")[:120] or name or phone or emoji or ""

    def each_button(self) -> Iterator[Button]:
        for row in self.rows:
            yield from row

    def find(self, label: str) -> Button | None:
        """The button by its text, by its data, or by a part of its text."""
        every = list(self.each_button())
        exact = [button for button in every if label in (button.text, button.data)]
        return next(iter(exact or [button for button in every if label in button.text]), None)

    def __str__(self) -> str:
        known = ("photo", "document", "contact", "sticker", "rich_message")
        kinds = [kind for kind in known if kind in self.raw]
        rows = ["  ".join(f"[ {button.text} ]" for button in row) for row in self.rows]
        lines = [*(f"<{kind}>" for kind in kinds), *self.text.splitlines(), *rows]
        return "\n".join(("bot> " if self.by_bot else "me > ") + line for line in lines)


def see(message: Message) -> Seen:
    """The message in the eyes of its reader."""
    key = "text" if "text" in message else "caption"
    entities = message.get("entities" if key == "text" else "caption_entities", [])
    text = message.get(key, "")
    rich = message.get("rich_message")
    if rich:
        text = text_of(rich["blocks"])
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    return Seen(
        id=message["message_id"],
        by_bot=message["from"]["is_bot"],
        text=text,
        entities=entities,
        rows=[*_inside(rich), *([_button(button) for button in row] for row in keyboard)],
        raw=message,
    )


def _inside(rich: dict[str, Any] | None) -> list[list[Button]]:
    """Buttons within the text of a rich message."""
    blocks = [each for block in (rich or {}).get("blocks", ()) for each in each_within(block)]
    return [
        [_button(button | {"text": words(button["text"])}) for button in block["buttons"]]
        for block in blocks
        if block["type"] == "buttons"
    ]


def _button(raw: dict[str, Any]) -> Button:
    data, url, style = raw.get("callback_data"), raw.get("url"), raw.get("style")
    return Button(raw["text"], data, url, style, "disabled" in raw)


def transcript(chat: Chat, last: int = 12) -> str:
    """The end of the chat as text, for a failed expectation."""
    return "\n\n".join(str(see(message)) for message in list(chat.messages.values())[-last:])
