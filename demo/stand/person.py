"""A person at the chat, played by a test or by the tour."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from demo.stand import actions
from demo.stand.chats import Answer, Message
from demo.stand.markup import Entity
from demo.stand.seen import Button, Seen, see, transcript
from demo.stand.state import Stand
from demo.stand.units import units

Expected = str | Callable[[Seen], bool]
_LONGEST = 4096


class Person:
    """Types, taps and uploads like a user, and waits for what the bot shows in return."""

    def __init__(self, stand: Stand, number: int = 1, language: str = "ru") -> None:
        self.stand = stand
        self.chat = stand.chat(number, language)
        self._mark = self.chat.revision

    # What a person does

    async def start(self, payload: str = "") -> Seen:
        """The START button, or a deep link with its payload."""
        return await self.type(f"/start {payload}".strip())

    async def type(
        self, text: str, entities: list[Entity] | None = None, reply_to: int | None = None
    ) -> Seen:
        """Send a text; one above 4,096 goes in pieces, as the apps do it."""
        assert text.strip(), "Telegram's apps send no empty message"  # noqa: S101
        pieces = _pieces(text)
        extra = {"reply_to_message": self.chat.messages[reply_to]} if reply_to else {}
        for piece in pieces[:-1]:
            self._send(actions.text_content(piece))
        return self._send(actions.text_content(pieces[-1], entities) | extra)

    async def edit(self, number: int, text: str) -> None:
        """Change a text sent earlier."""
        self._mark = self.chat.revision
        actions.edit(self.stand, self.chat, number, text, None)

    async def share_contact(self, phone: str, name: str | None = None) -> Seen:
        """The own number, or with `name` somebody else's contact."""
        return self._send(actions.contact_content(self.chat, phone, name))

    async def upload(
        self,
        name: str,
        content: bytes,
        caption: str = "",
        as_photo: bool | None = None,
        album: str = "",
    ) -> Seen:
        """Send a file; a picture becomes a photo unless `as_photo=False`.

        Uploads with the same `album` belong together.
        """
        media = actions.file_content(self.stand, name, content, as_photo)
        group = {"media_group_id": album} if album else {}
        return self._send(media | _caption(caption) | group)

    async def rich(self, blocks: list[dict[str, Any]], **pictures: bytes) -> Seen:
        """Send a rich message; a block `{"type": "photo", "photo": "a"}` shows the picture `a`."""
        return self._send(actions.rich_content(self.stand, blocks, pictures))

    async def sticker(self, emoji: str = "👍") -> Seen:
        return self._send(actions.sticker_content(self.stand, emoji))

    async def voice(self) -> Seen:
        return self._send(actions.voice_content(self.stand))

    async def location(self) -> Seen:
        return self._send(actions.location_content())

    async def block(self) -> None:
        actions.set_blocked(self.stand, self.chat, True)

    async def unblock(self) -> None:
        actions.set_blocked(self.stand, self.chat, False)

    async def tap(
        self, label: str, on: Seen | None = None, answer_within: float | None = 10
    ) -> Answer | None:
        """Tap a button by its text or data and wait for the bot's answer to the tap.

        `on` taps a message as it was seen, even if it changed since. A button of the reply
        keyboard sends its text. With `answer_within=None` nothing is waited for.
        """
        seen, button = self._button(label, on)
        if seen is None or button is None:
            await self._reply_button(label)
            return None
        if button.disabled or button.data is None:
            raise AssertionError(f"[ {button.text} ] cannot be tapped: it is disabled or a link")
        return await self.press(seen.id, button.data, answer_within)

    async def press(
        self, number: int, data: str, answer_within: float | None = 10
    ) -> Answer | None:
        """Send raw callback data of a message, on screen or long gone."""
        self._mark = self.chat.revision
        _, answer = actions.press(self.stand, self.chat, number, data)
        if answer_within is None:
            return None
        try:
            return await asyncio.wait_for(answer, answer_within)
        except TimeoutError:
            raise AssertionError(f"{data!r} was not answered\n\n{transcript(self.chat)}") from None

    # What a person sees

    def messages(self) -> list[Seen]:
        """Everything in the chat now, oldest first."""
        return [see(message) for message in self.chat.messages.values()]

    @property
    def last(self) -> Seen:
        """The newest message of the bot."""
        return next(seen for seen in self._newest() if seen.by_bot)

    @property
    def keyboard(self) -> list[str]:
        """Labels of the reply keyboard under the input."""
        rows = (self.chat.keyboard or {}).get("keyboard", [])
        return [button["text"] for row in rows for button in row]

    async def wait_for(
        self, expected: Expected, timeout: float = 10, anytime: bool = False
    ) -> Seen:
        """The newest message of the bot with this text (or for which the function is true).

        Only what appeared or changed since this person's last action counts; `anytime=True`
        accepts older ones too.
        """
        try:
            async with asyncio.timeout(timeout):
                while (seen := self._match(expected, 0 if anytime else self._mark)) is None:
                    await self.chat.pulse.wait()
                return seen
        except TimeoutError:
            shown = transcript(self.chat)
            raise AssertionError(f"The bot did not show {expected!r}\n\n{shown}") from None

    async def wait_gone(self, number: int, timeout: float = 10) -> None:
        """Until a message has been deleted."""
        async with asyncio.timeout(timeout):
            while number in self.chat.messages:
                await self.chat.pulse.wait()

    def download(self, seen: Seen) -> bytes:
        """The bytes of the message's document or of its largest photo."""
        reference = seen.document or (seen.photo or [{}])[-1]
        return self.stand.files.content(self.stand.files.get(reference["file_id"]))

    # Inside

    def _newest(self) -> Iterator[Seen]:
        """The newest first, each looked at when it is asked for: a chat may be long."""
        return map(see, reversed(self.chat.messages.values()))

    def _send(self, content: Message) -> Seen:
        self._mark = self.chat.revision + 1
        return see(actions.send(self.stand, self.chat, content))

    def _match(self, expected: Expected, mark: int) -> Seen | None:
        for seen in self._newest():
            if not seen.by_bot or self.chat.changed.get(seen.id, 0) < mark + (mark > 0):
                continue
            if expected in seen.text if isinstance(expected, str) else expected(seen):
                return seen
        return None

    def _button(self, label: str, on: Seen | None) -> tuple[Seen | None, Button | None]:
        for seen in [on] if on else self._newest():
            if button := seen.find(label):
                return seen, button
        return None, None

    async def _reply_button(self, label: str) -> None:
        rows = (self.chat.keyboard or {}).get("keyboard", [])
        buttons = [button for row in rows for button in row if label in button["text"]]
        if not buttons:
            raise AssertionError(f"No button [ {label} ]\n\n{transcript(self.chat)}")
        if buttons[0].get("request_contact"):
            await self.share_contact(f"+7999{self.chat.id:07}")
        else:
            await self.type(buttons[0]["text"])


def _caption(text: str) -> Message:
    content = actions.text_content(text)
    entities = content.get("entities")
    kept = {"caption": content["text"]} if content["text"] else {}
    return kept | ({"caption_entities": entities} if entities else {})


def _pieces(text: str) -> list[str]:
    """Cut where Telegram's apps cut: no character in two."""
    pieces, begin, length = [], 0, 0
    for at, character in enumerate(text):
        length += units(character)
        if length > _LONGEST:
            pieces.append(text[begin:at])
            begin, length = at, units(character)
    return [*pieces, text[begin:]]
