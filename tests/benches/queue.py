"""How long a letter waits behind a large mailing: `./run bench queue [--json]`.

250,000 mails of one mailing are queued and being sent: more than can leave in these ten seconds.
Once in 50 ms somebody asks for a confirmation letter; it goes by the queue and the worker that
mailings cannot block.

tx_p50_ms, tx_p99_ms  From the commit of the request to the letter's arrival at the mail server.
bulk_messages_per_s   What the mailing sent meanwhile.

A worker a queue, as processes; a RabbitMQ of their own where it is installed. The mail server
is this process, so it, not the sending, bounds the mailing's speed.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import uvloop
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from core import logs
from core.db import Sessions, clock, open_sessions
from core.embedded import valkey
from core.letters.requests import request
from core.users.models import User
from tests import factories
from tests.benches.world import scratch
from tests.chaos.rabbit import installed, rabbitmq
from tests.chaos.sink import Conversation
from tests.core.delivery.makers import mailing
from tests.processes import running

WORKERS = {
    "tx": ("worker", "--queue", "mail.tx"),
    "bulk": ("worker", "--queue", "mail.bulk"),
}
BULK = b"bulk"  # how addresses of the mailing begin
EVERY = 0.05
PATIENCE = 120

CLIENTS = text("""
    INSERT INTO clients (owner_id, email, first_name, created_at)
    SELECT :owner, 'bulk' || n || '@example.com', 'Иван', now() FROM generate_series(1, :n) n
""")


class Arrivals:
    """When letters came, and how many mails of the mailing."""

    def __init__(self) -> None:
        self.bulk = 0
        self.letters: dict[str, float] = {}
        self.begun = asyncio.Event()

    def note(self, recipient: bytes) -> None:
        """A mail is here."""
        if recipient.startswith(BULK):
            self.bulk += 1
            self.begun.set()
        else:
            self.letters[recipient.decode()] = monotonic()


class Counting(Conversation):
    """Answers at once."""

    def __init__(self, arrivals: Arrivals) -> None:
        super().__init__((b"PIPELINING",), lambda: 0.0)
        self._arrivals = arrivals

    def accepted(self, recipient: bytes, content: bytes) -> None:
        self._arrivals.note(recipient)


@asynccontextmanager
async def working(engine: AsyncEngine, arrivals: Arrivals) -> AsyncIterator[None]:
    """The workers, their queues and the mail server."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="mail-center-bench-")))
        server = await asyncio.get_running_loop().create_server(
            lambda: Counting(arrivals), "127.0.0.1", 0
        )
        await stack.enter_async_context(server)
        rabbit = (
            await stack.enter_async_context(rabbitmq(folder / "rabbitmq")) if installed() else None
        )
        environment = {
            "DATABASE_URL": engine.url.set(drivername="postgresql").render_as_string(False),
            "REDIS_URL": await stack.enter_async_context(valkey(folder)),
            "RABBITMQ_URL": rabbit.url if rabbit else "",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.sockets[0].getsockname()[1]),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "center@mail.example",
            "SECRET_KEY": "a key for benches only, long enough",
        }
        await stack.enter_async_context(running(WORKERS, environment, folder))
        yield


async def measure(bulk: int, letters: int) -> dict[str, float]:
    """The figures by their names."""
    arrivals = Arrivals()
    async with scratch() as engine:
        sessions = open_sessions(engine)
        users = await populate(sessions, bulk, letters)
        async with working(engine, arrivals):
            async with asyncio.timeout(PATIENCE):
                await arrivals.begun.wait()
            began, before = monotonic(), arrivals.bulk
            asked = await ask(sessions, users)
            rate = (arrivals.bulk - before) / (monotonic() - began)
            left = bulk - arrivals.bulk
            async with asyncio.timeout(PATIENCE):
                while len(arrivals.letters) < letters:  # noqa: ASYNC110  the sink has no bell
                    await asyncio.sleep(0.05)
    assert left > 0, f"the mailing was over too soon: {bulk} mails are too few"
    waits = [(arrivals.letters[email] - at) * 1000 for email, at in asked.items()]
    return {
        "tx_p50_ms": round(statistics.median(waits), 1),
        "tx_p99_ms": round(statistics.quantiles(waits, n=100)[98], 1),
        "bulk_messages_per_s": round(rate),
    }


async def populate(sessions: Sessions, bulk: int, letters: int) -> list[User]:
    """A mailing that is due, and people who will ask for letters."""
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        await tx.execute(CLIENTS, {"owner": owner.id, "n": bulk})
        await mailing(tx, await clock(tx), clients=0, owner=owner)
        return [await factories.user(tx) for _ in range(letters)]


async def ask(sessions: Sessions, users: list[User]) -> dict[str, float]:
    """A letter each; when the request of each was committed."""
    asked: dict[str, float] = {}
    for user in users:
        async with sessions.begin() as tx:
            await request(tx, user, "confirm", await clock(tx))
        asked[user.email] = monotonic()
        await asyncio.sleep(EVERY)
    return asked


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="./run bench queue", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--bulk", type=int, default=250_000)
    parser.add_argument("--letters", type=int, default=200)
    asked = parser.parse_args(arguments)
    logs.set_up()
    figures = uvloop.run(measure(asked.bulk, asked.letters))
    if asked.json:
        print(json.dumps(figures))
    else:
        print(*(f"{name:<20} {value:>9}" for name, value in figures.items()), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
