"""Any order of texts, taps, files and restarts: an answer, a way on, nothing of anybody else."""

import asyncio
import os
import random
import string
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.app import run_bot
from core.bootstrap import Deps
from core.clients.models import Client
from core.db import clock
from core.mailings import service
from core.mailings.models import Mailing
from core.messages.models import Message
from core.scheduling.recurrence import Recurrence
from core.tasks import Background
from core.users.models import User
from demo.stand import actions
from demo.stand.person import Person
from demo.stand.seen import Seen
from demo.stand.serve import Running
from tests import factories
from tests.bot.owners import register
from tests.scenarios.steps import SENT, TYPED
from tests.scenarios.talk import Talk

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SEEDS = range(100 if LONG else 2)
STEPS = 300 if LONG else 50
MARK = "Чужое-7f3a"  # stands in everything of somebody else
APOLOGY = ("Что-то пошло не так", "Something went wrong")
COMMANDS = (
    "/start",
    "/help",
    "/cancel",
    "/messages",
    "/clients",
    "/mailings",
    "/blog",
    "/language",
)
ANSWERS = (
    *("Анна Петрова", "anna@example.org", "+7 999 123-45-67", "Россия", "Europe/Moscow", "123456"),
    *("Скидки\n\nВсё дешевле, {имя|друг}!", "завтра 9", "каждые 3 часа", "vip", "22:00-8:00", "5"),
    *("Иван ivan@example.org #vip", "https://example.org", "31.12", "0", "-1", "{{7*7}}"),
    *TYPED.values(),
)
_PREFIXES = "aa ac ad bl ce cf ci cl co mf ml mp ms mv nav pl rn sa st"
PREFIXES = _PREFIXES.split()
VERBS = ("open", "list", "edit", "take", "page", "load", "finish_sure", "begin", "home", "x", "")
NUMBERS = ("0", "1", "2", "3", "-1", str(2**63 - 1), str(2**63), "1e9", "٣", "")


class Bot:
    """The bot in this process, which can be ended in good order or in the middle of anything."""

    def __init__(self, deps: Deps) -> None:
        self._deps, self._background = deps, Background()

    async def start(self) -> None:
        self._stop = asyncio.Event()
        self._task = self._background.start(run_bot(self._deps, self._stop), "bot")

    async def restart(self) -> None:
        await self.end()
        await self.start()

    async def killed(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task], timeout=10)
        await self.start()

    async def end(self) -> None:
        self._stop.set()
        await asyncio.wait_for(self._task, 10)


@pytest.fixture
async def bot(deps: Deps) -> AsyncIterator[Bot]:
    made = Bot(deps)
    await made.start()
    yield made
    await made.end()


async def belongings(deps: Deps, owner: User) -> None:
    """A message, a client and a mailing with the mark in every name."""
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        message = await factories.message(tx, owner, subject=MARK, html=f"<p>{MARK}</p>")
        await factories.client(tx, owner, first_name=MARK, email="7f3a@foreign.example")
        start = now + timedelta(days=1)
        await service.accept(tx, owner, message.id, "all", None, Recurrence("days"), start, now)


async def rows_of(deps: Deps, owner: User) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    async with deps.sessions() as tx:
        for table in (Message, Client, Mailing):
            mine = select(table.__table__).where(table.owner_id == owner.id).order_by(table.id)
            found += [tuple(row) for row in await tx.execute(mine)]
    return found


class Monkey:
    """Does anything, remembers every button that ever was."""

    def __init__(self, deps: Deps, bot: Bot, person: Person, chance: random.Random) -> None:
        self.talk, self.bot, self.chance = Talk(deps, person, "ru"), bot, chance
        self.buttons: list[tuple[int, str]] = []
        self.done: list[str] = []

    async def step(self) -> None:
        """One more, and a look at what came of it."""
        deeds = (self._tap, self._old, self._made_up, self._type, self._command, self._thing)
        [deed] = self.chance.choices((*deeds, self._restart), (40, 12, 6, 22, 8, 8, 4))
        await deed()
        self._look()

    async def _tap(self) -> None:
        shown = [b.data for seen in self._bubbles()[-2:] for b in seen.each_button() if b.data]
        if shown:
            await self._press(self.talk.shown.id, self.chance.choice(shown))

    async def _old(self) -> None:
        if self.buttons:
            await self._press(*self.chance.choice(self.buttons))

    async def _made_up(self) -> None:
        await self._press(self.talk.shown.id, made_up(self.chance))

    async def _press(self, number: int, data: str) -> None:
        self.done.append(f"tap {data}")
        if number not in self.talk.person.chat.messages:
            number = self.talk.shown.id
        assert await self.talk.person.press(number, data, 30), data
        await self.talk.answered()

    async def _type(self) -> None:
        text = self.chance.choice(ANSWERS)
        self.done.append(f"type {text[:40]!r}")
        await self.talk.type(text)

    async def _command(self) -> None:
        self.done.append(command := self.chance.choice(COMMANDS))
        await self.talk.type(command)

    async def _thing(self) -> None:
        self.done.append(name := self.chance.choice(sorted(SENT)))
        await SENT[name](self.talk.person)
        await self.talk.answered()

    async def _restart(self) -> None:
        killed = self.chance.random() < 0.5
        self.done.append("killed" if killed else "restarted")
        actions.send(self.talk.person.stand, self.talk.person.chat, actions.text_content("/help"))
        await (self.bot.killed() if killed else self.bot.restart())
        await self.talk.answered()

    def _bubbles(self) -> list[Seen]:
        return [seen for seen in self.talk.person.messages() if seen.by_bot]

    def _look(self) -> None:
        story = "\n".join((*self.done[-12:], self.talk.read()))
        recent = self._bubbles()[-3:]
        for seen in recent:
            self.buttons += [(seen.id, b.data) for b in seen.each_button() if b.data]
            assert MARK not in str(seen), story
            assert "7f3a@foreign" not in str(seen), story
            assert not any(words in seen.text for words in APOLOGY), story
        way_on = self.talk.person.keyboard or any(seen.buttons for seen in recent)
        assert way_on, story


def made_up(chance: random.Random) -> str:
    """Data that may look like a button's, at most 64 octets of it."""
    parts = [chance.choice(PREFIXES), chance.choice(VERBS)]
    parts += [chance.choice(NUMBERS) for _ in range(chance.randrange(4))]
    noise = "".join(chance.choices(string.printable + "яé😀\u202e", k=chance.randrange(20)))
    data = chance.choice((":".join(parts), ":".join((*parts, noise)), noise or ":"))
    return data.encode()[:64].decode("utf-8", "ignore") or "x"


@pytest.fixture
def chance(seed: int) -> random.Random:
    """Chance that a failed test can repeat."""
    return random.Random(seed)  # noqa: S311  a dice, not a key


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("registered", [True, False], ids=["owner", "stranger"])
async def test_any_conversation_goes_on(
    deps: Deps, bot: Bot, stand: Running, chance: random.Random, registered: bool
) -> None:
    other = await register(deps, stand.person(2), name=MARK)
    await belongings(deps, other.user)
    before = await rows_of(deps, other.user)
    person = stand.person(1)
    if registered:
        await register(deps, person)
    else:
        await person.start()
    monkey = Monkey(deps, bot, person, chance)
    with capture_logs() as told:
        await monkey.talk.answered()
        for _ in range(STEPS):
            await monkey.step()
    assert [line for line in told if line["log_level"] == "error"] == [], monkey.done
    assert await rows_of(deps, other.user) == before


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_data_of_a_button_is_answered(
    deps: Deps, bot: Bot, stand: Running, chance: random.Random
) -> None:
    owner = await register(deps, stand.person())
    talk = Talk(deps, owner.person, "ru")
    for _ in range(STEPS):
        data = made_up(chance)
        said = await talk.press(data)
        assert not any(words in said + talk.shown.text for words in APOLOGY), data
        assert talk.shown.buttons or owner.person.keyboard, data
