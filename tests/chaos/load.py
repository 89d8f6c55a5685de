"""Mailings that fall due during the faults, and what is to become of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from core.clients.models import Client
from core.db import Transaction
from core.mailings import service as mailings
from core.messages.models import Message
from core.scheduling.recurrence import Recurrence
from core.users.models import User
from tests import factories

CLIENTS = 1500
REFUSED = 20  # one of so many addresses does not exist
EVERY = 0.7  # seconds from one small mailing to the next
RECURRING = 10
LARGE = 2
HEAD_START = 3.0
MINUTE = timedelta(minutes=1)


@dataclass
class Expected:
    """The dates of each mailing, and how many recipients each of its runs has."""

    dates: dict[int, list[datetime]] = field(default_factory=dict)
    recipients: dict[int, int] = field(default_factory=dict)


async def accept(tx: Transaction, seconds: float, random: Random, now: datetime) -> Expected:
    """Accept them all; the first date is some seconds away."""
    owner = await factories.user(tx)
    message = await factories.message(tx, owner)
    clients = [await _client(tx, owner, number) for number in range(CLIENTS)]
    ids = [client.id for client in clients]
    expected, accepting = Expected(), _Accepting(tx, owner, message, now)
    for number in range(int(seconds / EVERY)):
        some = random.sample(ids, random.randint(1, 30))
        made = await accepting.once(HEAD_START + (number + random.random()) * EVERY, some)
        _note(expected, made, len(some))
    for _ in range(RECURRING):
        some = random.sample(ids, 10)
        made = await accepting.each_minute(HEAD_START + random.uniform(0, 60), some, seconds)
        _note(expected, made, len(some))
    for number in range(LARGE):
        made = await accepting.once(HEAD_START + number * seconds / LARGE, None)
        _note(expected, made, len(ids))
    return expected


@dataclass
class _Accepting:
    tx: Transaction
    owner: User
    message: Message
    now: datetime

    async def once(self, second: float, some: list[int] | None) -> tuple[int, list[datetime]]:
        return await self._accept(Recurrence("once"), second, some)

    async def each_minute(
        self, second: float, some: list[int], seconds: float
    ) -> tuple[int, list[datetime]]:
        start, end = (self.now + timedelta(seconds=s) for s in (second, HEAD_START + seconds))
        end = max(start, end)
        made, _ = await self._accept(Recurrence("minutes", ends_at=end), second, some)
        return made, [start + n * MINUTE for n in range((end - start) // MINUTE + 1)]

    async def _accept(
        self, recurrence: Recurrence, second: float, some: list[int] | None
    ) -> tuple[int, list[datetime]]:
        start = self.now + timedelta(seconds=second)
        audience = "all" if some is None else "chosen"
        made = await mailings.accept(
            self.tx, self.owner, self.message.id, audience, some, recurrence, start, self.now
        )
        return made.id, [start]


def _note(expected: Expected, made: tuple[int, list[datetime]], recipients: int) -> None:
    mailing, dates = made
    expected.dates[mailing] = dates
    expected.recipients[mailing] = recipients


async def _client(tx: Transaction, owner: User, number: int) -> Client:
    name = "client" if number % REFUSED else "refused"
    return await factories.client(tx, owner, email=f"{name}{number}@chaos.example")
