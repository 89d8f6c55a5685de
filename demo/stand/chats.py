"""A private chat of one person with the bot: messages, keyboards, and who watches it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from demo.pulse import Pulse

Message = dict[str, Any]
Event = dict[str, Any]

_SHARED = ("first_name", "last_name", "username")
NAMES = {
    "ru": ["Анна Петрова", "Иван Соколов", "Мария Ким", "Олег Жуков", "Лейла Ахмедова"],
    "en": ["Anna Peters", "John Falcon", "Mary Kim", "Oliver Beetle", "Leila Ahmed"],
}


@dataclass(frozen=True)
class Answer:
    """What answerCallbackQuery showed; `text` is empty where it only ended the waiting."""

    text: str = ""
    show_alert: bool = False
    url: str = ""


@dataclass
class Chat:
    """One person's side and the bot's side, as both see it."""

    user: dict[str, Any]
    messages: dict[int, Message] = field(default_factory=dict)
    started: bool = False
    blocked: bool = False
    keyboard: dict[str, Any] | None = None
    fixed: set[int] = field(default_factory=set)
    """Messages sent with a reply keyboard: Telegram lets nobody edit them."""
    revision: int = 0
    events: int = 0
    changed: dict[int, int] = field(default_factory=dict)
    callbacks: dict[str, asyncio.Future[Answer]] = field(default_factory=dict)
    pulse: Pulse = field(default_factory=Pulse)
    watchers: set[asyncio.Queue[Event]] = field(default_factory=set)

    @property
    def id(self) -> int:
        return int(self.user["id"])

    def brief(self) -> dict[str, Any]:
        """The `chat` field of a message."""
        brief: dict[str, Any] = {"id": self.id, "type": "private"}
        return brief | {key: self.user[key] for key in _SHARED if key in self.user}

    def put(self, message: Message, kind: str) -> None:
        """Store a new or changed message and show it."""
        number = message["message_id"]
        self.messages[number] = message
        self.revision += 1
        self.changed[number] = self.revision
        self.publish({"type": kind, "message": message})

    def remove(self, number: int) -> None:
        self.messages.pop(number, None)
        self.publish({"type": "deleted", "message_id": number})

    def set_keyboard(self, markup: dict[str, Any] | None) -> None:
        """Change what stands under the input."""
        self.keyboard = markup
        self.publish({"type": "keyboard", "keyboard": markup})

    def publish(self, event: Event) -> None:
        """Tell the pages and those who wait in this process."""
        self.events += 1
        for watcher in self.watchers:
            watcher.put_nowait(event)
        self.pulse.beat()

    def dump(self) -> dict[str, Any]:
        """What is worth keeping over a restart."""
        kept = {"user": self.user, "started": self.started, "blocked": self.blocked}
        messages = list(self.messages.values())
        return kept | {"keyboard": self.keyboard, "messages": messages, "fixed": list(self.fixed)}


def new_user(number: int, language: str = "ru") -> dict[str, Any]:
    """A person by number, with a name in their language."""
    names = NAMES.get(language, NAMES["en"])
    first, last = names[(number - 1) % len(names)].split()
    person = {"id": number, "is_bot": False, "first_name": first, "last_name": last}
    return person | {"language_code": language}


def load_chat(kept: dict[str, Any]) -> Chat:
    """A chat as `dump` wrote it."""
    messages = {message["message_id"]: message for message in kept["messages"]}
    return Chat(
        kept["user"],
        messages,
        kept["started"],
        kept["blocked"],
        kept["keyboard"],
        set(kept["fixed"]),
    )
