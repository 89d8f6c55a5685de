"""Registered people at the chat, for conversations that begin behind registration."""

from typing import Any

from aiogram.filters.callback_data import CallbackData

from core.bootstrap import Deps
from core.clients import queries
from core.clients.models import Client
from core.users.models import TelegramAccount, User
from demo.stand.person import Person
from demo.stand.seen import Seen
from tests import factories


class Owner:
    """A person with an account: `await owner.go(MessageAction(verb="list"))` opens a screen."""

    def __init__(self, person: Person, user: User) -> None:
        self.person = person
        self.user = user

    async def go(self, data: CallbackData) -> Seen:
        """Tap a button that is not on the screen, as an old one would."""
        answer = await self.person.press(self.person.last.id, data.pack())
        assert answer is not None
        return self.person.last

    async def tap(self, label: str, expected: str) -> Seen:
        """Tap a button and see its screen."""
        await self.person.tap(label)
        return await self.person.wait_for(expected)

    async def type(self, text: str, expected: str, **extra: Any) -> Seen:
        """Type and see the answer."""
        await self.person.type(text, **extra)
        return await self.person.wait_for(expected)


async def kept(deps: Deps, owner: Owner) -> list[Client]:
    """The owner's clients, the oldest first."""
    async with deps.sessions() as tx:
        return list(await tx.scalars(queries.of(owner.user).order_by(Client.id)))


async def register(deps: Deps, person: Person, **fields: Any) -> Owner:
    """Make the person an owner who has the bot's first message on the screen."""
    async with deps.sessions.begin() as tx:
        user = await factories.user(tx, **fields)
        locale = fields.get("locale", "ru")
        tx.add(
            TelegramAccount(
                telegram_id=person.chat.id,
                user_id=user.id,
                locale=locale,
                created_at=factories.NOW,
            )
        )
    await person.type("?")
    await person.wait_for(lambda seen: bool(seen.text))
    return Owner(person, user)
