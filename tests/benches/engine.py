"""A worker of the bench, in a process of its own; prints what it measured as a line of JSON.

python -m tests.benches.engine '{"port": 2525, "recipients": 5000}'
python -m tests.benches.engine '{"port": 2525, "database": "postgresql://...", "run": 1}'
"""

import asyncio
import json
import resource
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from core.db import clock, open_engine, open_sessions
from core.delivery.press import Press
from core.delivery.service import Account, Journal, deliver
from core.garbage import collect_less
from core.mail.dkim import Signer
from core.mail.signing import SigningTransport
from core.mail.smtp.transport import SmtpTransport
from core.mail.transport import Outcome, Result, Server, Transport
from core.settings import Settings
from tests.benches.mails import SENDER, mails

Sending = Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class Work:
    """What to send, and how."""

    port: int
    recipients: int = 0
    database: str = ""
    run: int = 0
    dkim: bool = False
    connections: int = 20
    messages_per_connection: int = 1_000_000
    settings: dict[str, Any] = field(default_factory=dict)
    journal: str = ""

    def transport(self) -> Transport:
        """The engine, with a signer when asked for."""
        server = Server(
            "127.0.0.1",
            self.port,
            "none",
            connections=self.connections,
            messages_per_connection=self.messages_per_connection,
        )
        engine = SmtpTransport(server)
        if self.dkim:
            return SigningTransport(engine, _signer())
        return engine


def _signer() -> Signer:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signer("example.org", "bench", pem)


@asynccontextmanager
async def from_memory(work: Work) -> AsyncIterator[Sending]:
    """The engine alone: mails are built and sent, outcomes are counted."""
    transport = work.transport()

    async def send() -> int:
        sent = 0

        def settle(outcome: Outcome) -> None:
            nonlocal sent
            sent += outcome.result is Result.SENT

        await transport.send(mails(work.recipients), settle, lambda _: True)
        return sent

    yield send


@asynccontextmanager
async def from_ledger(work: Work) -> AsyncIterator[Sending]:
    """A share of a run, as a worker takes it that has been at work before."""
    engine = open_engine(work.database)
    settings = Settings(
        public_url="https://mail.example.org", secret_key=SecretStr("s" * 40), mail_from=SENDER
    )
    press, account = Press(settings, work.run), Account("bench")
    sessions, transport = open_sessions(engine), work.transport()
    journal = Journal(Path(work.journal)) if work.journal else None
    async with sessions() as tx:
        await clock(tx)

    async def send() -> int:
        sent = 0
        while share := await deliver(
            sessions, work.run, transport, account, press, lambda: False, 3600, journal
        ):
            sent += share
        return sent

    yield send
    if journal:
        journal.close()
    await engine.dispose()


async def measure(work: Work) -> dict[str, Any]:
    """Send, and say what it took."""
    async with from_ledger(work) if work.run else from_memory(work) as send:
        began, before = monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        sent = await send()
        ended, after = monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    return {
        "began": began,
        "ended": ended,
        "sent": sent,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "rss_mb": round(after.ru_maxrss / 1024),
    }


def main() -> None:
    """Read the work, do it on uvloop where there is one."""
    work = Work(**json.loads(sys.argv[1]))
    collect_less()
    try:
        import uvloop
    except ImportError:
        print(json.dumps(asyncio.run(measure(work))))
    else:
        print(json.dumps(uvloop.run(measure(work))))


if __name__ == "__main__":
    main()
