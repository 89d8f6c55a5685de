"""Mailings that fall due during the faults, and what is to become of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from core.clients.models import Client
from core.db import Transaction, clock
from core.mailings import service as mailings
from core.messages.models import Message
from core.scheduling.recurrence import Recurrence
from core.users.models import TelegramAccount, User
from tests import factories

CLIENTS = 1500
REFUSED = 20  # one of so many addresses does not exist
EVERY = 0.7  # seconds from one small mailing to the next
RECURRING = 10
LARGE_EVERY = 60.0  # seconds from one large mailing to the next
FREEZABLE_EVERY = 15.0  # and from one that will be frozen to the next
FREEZABLE = 600  # recipients of each
TAPPED_EVERY = 40.0  # and from one that will be frozen in the chat
TAPPED = 1000  # recipients of each
LAUNCHED_EVERY = 6.0  # and from one launched in the chat to the next
HEAD_START = 3.0
MINUTE = timedelta(minutes=1)
DOMAIN = "chaos.example"


@dataclass
class Expected:
    """The dates of each mailing, and how many recipients each of its runs has."""

    dates: dict[int, list[datetime]] = field(default_factory=dict)
    recipients: dict[int, int] = field(default_factory=dict)
    freezable: list[int] = field(default_factory=list)  # mailings in the order of their dates
    tapped: list[int] = field(default_factory=list)  # those that are frozen in the chat
    owner: int = 0

    def add(self, mailing: int, dates: list[datetime], recipients: int) -> None:
        self.dates[mailing], self.recipients[mailing] = dates, recipients


@dataclass
class Launches:
    """What somebody launches in the chat, each message once, and what the chat showed of it."""

    owner: int
    messages: list[int]
    recipients: int
    tapped: set[int] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)


async def accept(
    tx: Transaction, seconds: float, random: Random, now: datetime, calm: float = 1.0
) -> Expected:
    """Accept them all; the first date is some seconds away. They are so many times rarer as it is
    calm."""
    owner = await factories.user(tx)
    message = await factories.message(tx, owner)
    clients = [await _client(tx, owner, number) for number in range(CLIENTS)]
    ids = [client.id for client in clients]
    expected = Expected(owner=owner.id)
    accepting = _Accepting(tx, owner, message, now, expected)
    for number in range(int(seconds / (EVERY * calm))):
        some = random.sample(ids, random.randint(1, 30))
        await accepting.once(HEAD_START + (number + random.random()) * EVERY * calm, some)
    for _ in range(RECURRING):
        some = random.sample(ids, 10)
        await accepting.each_minute(HEAD_START + random.uniform(0, 60), some, seconds)
    for number in range(max(2, int(seconds / (LARGE_EVERY * calm)))):
        await accepting.once(HEAD_START + number * min(seconds / 2, LARGE_EVERY * calm), None)
    for number in range(int(seconds / (FREEZABLE_EVERY * calm))):
        some = random.sample(ids, FREEZABLE)
        second = HEAD_START + (number + random.random()) * FREEZABLE_EVERY * calm
        expected.freezable.append(await accepting.once(second, some))
    return expected


async def prepare_launches(tx: Transaction, telegram_id: int, seconds: float) -> Launches:
    """Somebody with an account, clients, and a message for each launch."""
    owner = await _person(tx, telegram_id)
    clients = [await _client(tx, owner, number) for number in range(1, 13)]
    texts = [
        await factories.message(tx, owner, subject=f"Launch {number}")
        for number in range(max(2, int(seconds / LAUNCHED_EVERY)))
    ]
    return Launches(owner.id, [text.id for text in texts], len(clients))


async def prepare_taps(
    tx: Transaction, telegram_id: int, seconds: float, expected: Expected, calm: float = 1.0
) -> None:
    """Somebody with an account and mailings that are long enough to be frozen by hand."""
    owner, now, every = await _person(tx, telegram_id), await clock(tx), TAPPED_EVERY * calm
    for number in range(TAPPED):
        await _client(tx, owner, number)
    for number in range(max(1, int(seconds / every))):
        message = await factories.message(tx, owner, subject=f"Tapped {number}")
        accepting = _Accepting(tx, owner, message, now, expected, everybody=TAPPED)
        second = HEAD_START + (number + 0.2) * min(seconds, every)
        expected.tapped.append(await accepting.once(second, None))


async def _person(tx: Transaction, telegram_id: int) -> User:
    owner = await factories.user(tx)
    account = TelegramAccount(
        telegram_id=telegram_id, user_id=owner.id, locale="en", created_at=factories.NOW
    )
    tx.add(account)
    return owner


@dataclass
class _Accepting:
    tx: Transaction
    owner: User
    message: Message
    now: datetime
    expected: Expected
    everybody: int = CLIENTS

    async def once(self, second: float, some: list[int] | None) -> int:
        made, start = await self._accept(Recurrence("once"), second, some)
        self.expected.add(made, [start], self.everybody if some is None else len(some))
        return made

    async def each_minute(self, second: float, some: list[int], seconds: float) -> None:
        start, end = (self.now + timedelta(seconds=s) for s in (second, HEAD_START + seconds))
        end = max(start, end)
        made, _ = await self._accept(Recurrence("minutes", ends_at=end), second, some)
        dates = [start + n * MINUTE for n in range((end - start) // MINUTE + 1)]
        self.expected.add(made, dates, len(some))

    async def _accept(
        self, recurrence: Recurrence, second: float, some: list[int] | None
    ) -> tuple[int, datetime]:
        start = self.now + timedelta(seconds=second)
        audience = "all" if some is None else "chosen"
        made = await mailings.accept(
            self.tx, self.owner, self.message.id, audience, some, recurrence, start, self.now
        )
        return made.id, start


async def _client(tx: Transaction, owner: User, number: int) -> Client:
    name = "client" if number % REFUSED else "refused"
    return await factories.client(tx, owner, email=f"{name}{number}@{DOMAIN}")
