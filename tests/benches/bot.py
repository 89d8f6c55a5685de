"""How quickly the bot answers while a bulk run is on: `./run bench bot`.

    --taps N        a second, in all (200)
    --people N      who tap, each a screen after the other (400)
    --cards N       live cards of mailings under way, kept up to date meanwhile (100)
    --recipients N  of the bulk run (1,000,000; no more of them are sent than time allows; with 0
                    there is none, and what a tap costs is told apart from it)
    --seconds N     of measuring (20)
    --rtt N         milliseconds that Telegram is away (0): of each request, as over a real network
    --apart         bot, worker and scheduler as processes of their own; else as by `./run start`
    --json          one object as last line

A tap counts from the moment it was due, not from when its turn came; it is answered once the
screen is drawn and Telegram knows. Beside it stands what a tap cost each part in milliseconds of
processor; the local Telegram is the bench's own process. It keeps its limit of a message a second
and chat; the one on all chats together is raised, since taps of so many people exceed it by
themselves.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import clock, open_sessions
from core.embedded import valkey
from core.mailings import service
from core.scheduling.rules import Recurrence
from core.settling import settle
from core.users.models import TelegramAccount
from demo.serving import Handler, serve
from demo.stand.app import make_app
from demo.stand.chats import Answer
from demo.stand.limits import Limits
from demo.stand.person import Person
from demo.stand.serve import DEMO_TOKEN, Running
from demo.stand.state import Stand
from tests import factories
from tests.benches.sink import sink
from tests.benches.spent import each, spent
from tests.benches.world import scratch
from tests.processes import Process, running

PATIENCE = 10.0  # seconds until a tap counts as not answered
WARM_UP = 5.0
CARD_SECONDS = 10.0
PARTS = {"bot": ("bot",), "worker": ("worker",), "scheduler": ("scheduler",)}

FILL = (
    """INSERT INTO users (name, email, email_confirmed_at, phone, country, timezone, created_at)
       SELECT 'Owner ' || n, 'tapper' || n || '@example.org', now(), '+7999' || 1000000 + n, 'RU',
              'Europe/Moscow', now() FROM generate_series(1, :people) n""",
    """INSERT INTO clients (owner_id, email, first_name, created_at)
       SELECT u.id, 'client' || n || '.' || u.id || '@example.com', 'Anna', now()
       FROM users u, generate_series(1, 30) n""",
    """INSERT INTO messages (owner_id, slug, created_at)
       SELECT id, 'sale-' || id, now() FROM users""",
    """INSERT INTO message_versions (message_id, no, subject, html, created_at)
       SELECT id, 1, 'Sale ' || id, '<p>Hello {first_name|friend}</p>', now() FROM messages""",
    """UPDATE messages SET version_id = v.id
       FROM message_versions v WHERE v.message_id = messages.id""",
    """INSERT INTO mailings (owner_id, message_id, accepted_at)
       SELECT owner_id, id, now() FROM messages""",
    """INSERT INTO schedules (object_type, object_id, task, recurrence, start_at, timezone, next_at,
                              created_at)
       SELECT 'mailings', id, 'workers.tasks.send_mailing', '{"kind": "days"}', now(),
              'Europe/Moscow', now() + interval '20 hours', now() FROM mailings""",
)
BULK = """INSERT INTO clients (owner_id, email, first_name, created_at)
          SELECT :owner, 'r' || n || '@example.org', 'Anna', now()
          FROM generate_series(1, :recipients) n"""
# Cards of mailings whose date is a minute away change by the second.
SOON = """UPDATE schedules SET next_at = now() + interval '100 seconds'
          WHERE object_id IN (SELECT id FROM mailings ORDER BY id LIMIT :cards)"""


@dataclass
class Tapping:
    """What came of the taps."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0

    async def tap(self, person: Person, data: str, due: float) -> None:
        """A tap and its answer, timed from when it was due."""
        try:
            answer = await person.press(person.last.id, data, PATIENCE)
        except (AssertionError, IndexError):
            self.errors += 1
            return
        self.seconds.append(monotonic() - due)
        self.errors += wrong(answer)


def wrong(answer: Answer | None) -> bool:
    """Whether the bot had to apologise."""
    return answer is not None and "Something went wrong" in (answer.text or "")


@dataclass
class Tapper:
    """Somebody who goes from screen to screen: one tap after the other, as people do."""

    person: Person
    mailing: int
    message: int
    taps: int = 0
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def next(self) -> str:
        """The next screen of the round."""
        round_ = (
            "ml:list:0:0",
            f"ml:open:{self.mailing}:0",
            "nav:home",
            "cl:list:0:0",
            "ms:list:0:0",
            f"ms:open:{self.message}:0",
            f"ml:begin:{self.message}:0",
            "ml:when:0:0",
        )
        self.taps += 1
        return round_[self.taps % len(round_)]

    async def tap(self, tapping: Tapping, due: float) -> None:
        """The next tap, once the one before is answered."""
        async with self.busy:
            await tapping.tap(self.person, self.next(), due)


async def fill(engine: AsyncEngine, people: int) -> None:
    """People with clients, a message and a daily mailing each."""
    for statement in FILL:
        async with engine.begin() as connection:
            bound = {"people": people} if ":people" in statement else {}
            await connection.execute(text(statement), bound)


async def seat(engine: AsyncEngine, stand: Running, people: int) -> list[Tapper]:
    """Each of them at a chat, with a screen to tap on."""
    sessions = open_sessions(engine)
    query = text("SELECT owner_id, id, message_id FROM mailings ORDER BY id")
    tappers = []
    async with sessions.begin() as tx:
        now = await clock(tx)
        rows = (await tx.execute(query)).all()
        for number, (owner, mailing, message) in enumerate(rows[:people], 1):
            person = stand.person(number, "en")
            account = {"user_id": owner, "locale": "en", "created_at": now}
            tx.add(TelegramAccount(telegram_id=person.chat.id, **account))
            tappers.append(Tapper(person, mailing, message))
    return tappers


async def greet(tappers: list[Tapper]) -> None:
    """The first screen of each."""
    await asyncio.gather(*map(greeted, tappers))


async def greeted(tapper: Tapper) -> None:
    """The first screen of one."""
    await tapper.person.type("/start")
    await tapper.person.wait_for(lambda seen: bool(seen.buttons), 120)


async def begin_bulk(engine: AsyncEngine, recipients: int) -> int:
    """A mailing to so many, due now; answers its owner."""
    async with open_sessions(engine).begin() as tx:
        owner = await factories.user(tx)
        message = await factories.message(tx, owner)
        await tx.execute(text(BULK), {"owner": owner.id, "recipients": recipients})
        now = await clock(tx)
        once = Recurrence("once")
        await service.accept(tx, owner, message.id, "all", None, once, None, now)
        return owner.id


async def sent(engine: AsyncEngine) -> int:
    """How many were sent so far."""
    query = text("SELECT count(*) FROM deliveries WHERE status = 'sent'")
    async with engine.connect() as connection:
        return int((await connection.execute(query)).scalar_one())


async def follow(engine: AsyncEngine, tappers: list[Tapper]) -> None:
    """A live card that counts down, for each of these."""
    async with engine.begin() as connection:
        await connection.execute(text(SOON), {"cards": len(tappers)})
    for tapper in tappers:
        await tapper.person.press(tapper.person.last.id, f"ml:open:{tapper.mailing}:0", PATIENCE)


async def tapped(tappers: list[Tapper], rate: float, seconds: float) -> Tapping:
    """So many taps a second, by everybody in turn, whether or not the bot keeps up."""
    tapping, began = Tapping(), monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(round(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - monotonic()))
            group.create_task(tappers[number % len(tappers)].tap(tapping, due))
    return tapping


@asynccontextmanager
async def telegram(away: float) -> AsyncIterator[Running]:
    """A Telegram whose answers take so many seconds more."""

    @web.middleware
    async def distance(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        await asyncio.sleep(away)
        return answer

    stand = Stand(DEMO_TOKEN, limits=Limits(20, 1, 2000, 2000))
    app = make_app(stand)
    app.middlewares.append(distance)
    async with serve(app, "127.0.0.1", 0) as port:
        yield Running(stand, f"http://127.0.0.1:{port}")


@asynccontextmanager
async def product(
    args: argparse.Namespace,
) -> AsyncIterator[tuple[AsyncEngine, Running, Mapping[str, Process]]]:
    """The product at work beside a Telegram and a mail server of ours."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="mail-center-bench-")))
        folder.chmod(0o711)  # noqa: ASYNC240  PostgreSQL's own account has to enter
        engine = await stack.enter_async_context(scratch(embedded=not args.apart))
        redis = await stack.enter_async_context(valkey(folder))
        mails = stack.enter_context(sink())
        stand = await stack.enter_async_context(telegram(args.rtt / 1000))
        await fill(engine, args.people)
        environment = {
            "DATABASE_URL": engine.url.set(drivername="postgresql").render_as_string(False),
            "REDIS_URL": redis,
            "BOT_TOKEN": DEMO_TOKEN,
            "TELEGRAM_API_URL": stand.url,
            "SECRET_KEY": "a key for benches only, long enough",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mails.port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "center@mail.example",
            "WEB_PORT": "0",
            "DATA_DIR": str(folder),
        }
        parts = PARTS if args.apart else {"start": ("start",)}
        processes = await stack.enter_async_context(running(parts, environment, folder))
        yield engine, stand, processes


async def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Seat people, start the run, let them tap."""
    async with product(args) as (engine, stand, processes):
        tappers = await seat(engine, stand, args.people)
        await greet(tappers)
        await follow(engine, tappers[: args.cards])
        flooded = await cards_alone(stand)
        settle()  # the local Telegram would stand still for a sixth of a second else
        if args.recipients:
            await begin_bulk(engine, args.recipients)
            await until(lambda: sent(engine), 300)
        others = tappers[args.cards :]
        await tapped(others, args.taps, WARM_UP)
        before, began = await sent(engine), monotonic()
        cost = cost_of(engine, processes)
        tapping = await tapped(others, args.taps, args.seconds)
        seconds, number = monotonic() - began, len(tapping.seconds)
        costs = each(cost, cost_of(engine, processes), number)
        rate = (await sent(engine) - before) / seconds
        http_429 = flooded + len(stand.stand.failures(429))
    return (
        figures(tapping, seconds, http_429)
        | {
            "cards": args.cards,
            "cards_429": flooded,
            "bulk_messages_per_s": round(rate),
            "people": args.people,
            "rtt_ms": args.rtt,
        }
        | costs
    )


def cost_of(engine: AsyncEngine, processes: Mapping[str, Process]) -> dict[str, float]:
    """What everybody has spent so far."""
    pids = {name: process.pid for name, process in processes.items()}
    return spent(pids, engine.url.database or "")


async def cards_alone(stand: Running) -> int:
    """Floods while the cards move and nobody taps, by Telegram's own limits."""
    generous, stand.stand.limits = stand.stand.limits, Limits()
    stand.stand.calls.clear()
    await asyncio.sleep(CARD_SECONDS)
    stand.stand.limits = generous
    return len(stand.stand.failures(429))


async def until(count: Callable[[], Awaitable[int]], seconds: float) -> None:
    """Wait for the first of something."""
    async with asyncio.timeout(seconds):
        while not await count():  # noqa: ASYNC110  nothing rings
            await asyncio.sleep(0.2)


def figures(tapping: Tapping, seconds: float, http_429: int) -> dict[str, Any]:
    """In milliseconds."""
    cuts = quantiles(tapping.seconds, n=100) if len(tapping.seconds) > 1 else [0.0] * 99
    return {
        "taps_per_s": round(len(tapping.seconds) / seconds, 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
        "errors": tapping.errors,
        "http_429": http_429,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--taps", type=float, default=200)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--cards", type=int, default=100)
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rtt", type=float, default=0)
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--json", action="store_true", help="one JSON object as last line")
    args = parser.parse_args()
    result = asyncio.run(measure(args))
    for name, value in result.items():
        print(f"{name:>20}  {value}")
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
