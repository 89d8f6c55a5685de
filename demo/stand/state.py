"""Everything the stand knows: chats, files, updates, commands, and the calls that were made."""

import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.stand.chats import Chat, Message, new_user
from demo.stand.files import Files
from demo.stand.limits import Limits
from demo.stand.updates import Updates
from demo.stand.webhook import Webhook

_EPOCH = 1_700_000_000


@dataclass(frozen=True)
class Call:
    """One request of the bot and its outcome."""

    method: str
    params: dict[str, Any]
    code: int
    description: str
    at: float


@dataclass
class Stand:
    """One bot and the people around it."""

    token: str
    username: str = "mail_center_bot"
    name: str = "Mail Center"
    limits: Limits = field(default_factory=Limits)
    takes_rich: bool = True
    """False plays a Telegram of before June 2026."""
    folder: Path | None = None
    chats: dict[int, Chat] = field(default_factory=dict)
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=10_000))

    def __post_init__(self) -> None:
        self.files = Files(self.folder / "files" if self.folder else None)
        self.updates = Updates()
        self.webhook = Webhook(self.updates)
        self.next_message_id = int(time.time()) - _EPOCH

    @property
    def bot(self) -> dict[str, Any]:
        """The bot as a Telegram user."""
        number = int(self.token.partition(":")[0])
        bot = {"id": number, "is_bot": True, "first_name": self.name}
        return bot | {"username": self.username}

    def chat(self, number: int, language: str = "ru") -> Chat:
        """The chat of a person, who appears when first asked for."""
        if number not in self.chats:
            self.chats[number] = Chat(new_user(number, language))
        return self.chats[number]

    def new_message(self, chat: Chat, sender: dict[str, Any], content: Message) -> Message:
        """A message with the fields that all of them have; not stored yet."""
        self.next_message_id += 1
        head = {"message_id": self.next_message_id, "from": sender, "chat": chat.brief()}
        return head | {"date": int(time.time())} | content

    def failures(self, code: int) -> list[Call]:
        """The calls that ended so, such as 429."""
        return [call for call in self.calls if call.code == code]
