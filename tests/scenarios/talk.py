"""A talk in which each turn waits until the bot has answered all that was sent."""

import asyncio
import re

from aiogram.filters.callback_data import CallbackData
from sqlalchemy import func, select

from core.bootstrap import Deps
from core.updates.models import TelegramUpdate
from demo.stand.person import Person
from demo.stand.seen import Seen, transcript
from tests.scenarios.steps import SENT, TYPED, Step

CYRILLIC = re.compile("[а-яё]", re.I)
ENGLISH = re.compile(r"\b(the|is|are|was|please|here|not|type|for example)\b", re.I)
EXAMPLE = re.compile(r"пример|for example|examples?:", re.I)


class Talk:
    """One person and the bot."""

    def __init__(self, deps: Deps, person: Person, language: str) -> None:
        self.deps = deps
        self.person = person
        self.language = language

    @property
    def shown(self) -> Seen:
        """The screen: the bot's newest message with something to read."""
        return self.person.last

    async def answered(self) -> Seen:
        """Once nothing is under way any more."""
        async with asyncio.timeout(30):
            while self.person.stand.updates.pending or await self._open():  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # nothing rings when an update is done
        return self.shown

    async def _open(self) -> int:
        query = select(func.count()).where(TelegramUpdate.done_at.is_(None))
        async with self.deps.sessions() as tx:
            return (await tx.scalars(query)).one()

    async def type(self, text: str) -> Seen:
        """Type and read."""
        await self.person.type(text)
        return await self.answered()

    async def press(self, data: CallbackData | str) -> str:
        """Tap a button, on the screen or not; answers what was said to it."""
        packed = data if isinstance(data, str) else data.pack()
        answer = await self.person.press(self.shown.id, packed)
        assert answer, packed
        await self.answered()
        return answer.text or self.shown.text

    async def go(self, step: Step) -> Seen:
        """From the first screen to the step's question."""
        await self.type("/cancel")
        for move in step.way:
            if isinstance(move, str):
                await self.type(move)
            else:
                await self.press(move)
        return self.shown

    async def send(self, name: str) -> Seen:
        """One of the things that are hardly ever an answer."""
        if name in TYPED:
            return await self.type(TYPED[name])
        await SENT[name](self.person)
        return await self.answered()

    def check_language(self, seen: Seen, told: str) -> None:
        """Nothing of the other language, but for names and examples."""
        if self.language == "ru":
            assert CYRILLIC.search(told), told
            assert not ENGLISH.search(told), told
        else:
            assert not CYRILLIC.search(told), told

    def read(self) -> str:
        """For a failing test."""
        lines = transcript(self.person.chat).splitlines()
        return "\n".join(line[:300] for line in lines[-25:])


def without_clock(text: str) -> str:
    """Screens that show the time change by the minute."""
    return re.sub(r"\d+:\d\d", "0:00", text)
