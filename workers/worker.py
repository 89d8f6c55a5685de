"""What the tasks of a worker process work with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import structlog

from core import bot_name
from core.accounts import hosts
from core.accounts.choice import Way
from core.accounts.connections import Held, leased
from core.accounts.crypto import Unreadable
from core.bootstrap import Deps
from core.db import Sessions
from core.delivery.service import Journal
from core.mail.dkim import Signer
from core.mail.key_file import signer_of
from core.mail.printing import PrintingTransport
from core.mail.signing import SigningTransport
from core.mail.smtp.transport import SmtpTransport
from core.mail.transport import Server
from core.settings import Settings
from core.signing_keys import service as signing_keys
from core.tasks import Background

log = structlog.get_logger(__name__)

Transport = PrintingTransport | SmtpTransport | SigningTransport


@dataclass
class Worker:
    """A process that runs jobs. `stopped` holds the mailings that were frozen or finished."""

    name: str
    settings: Settings
    sessions: Sessions
    stop: asyncio.Event
    bot_username: Callable[[], Awaitable[str | None]]
    signer: Signer | None = None
    journal: Journal | None = None
    stopped: set[int] = field(default_factory=set)
    at_work: set[int] = field(default_factory=set)  # runs that this process sends
    loading: set[int] = field(default_factory=set)  # files of clients that this process reads
    shares: Background = field(default_factory=Background)  # of runs, beside their jobs
    numbers: Iterator[int] = field(default_factory=count)
    resting: frozenset[str] = frozenset()  # queues that stand still

    async def poster(self, way: Way) -> Transport:
        """What sends a single mail; its one connection is not counted."""
        if way.server is None:
            return PrintingTransport()
        return self._smtp(await _reached(way.server, way), await self.signer_of(way))

    @asynccontextmanager
    async def transport(self, way: Way, task: str) -> AsyncIterator[tuple[Transport | None, Held]]:
        """What sends through an account, and with how many connections; None while all its
        connections are in use."""
        if way.server is None:
            yield PrintingTransport(), Held(1)
            return
        server, signer = await _reached(way.server, way), await self.signer_of(way)
        async with leased(self.sessions, way, f"{self.name}:{task}") as held:
            shared = replace(server, connections=held.number)
            yield self._smtp(shared, signer) if held.number else None, held

    async def signer_of(self, way: Way) -> Signer | None:
        """The key of the sender's domain goes before the one that the settings name, which says
        nothing about what comes from an owner's server in another domain."""
        try:
            async with self.sessions.begin() as tx:
                made_here = await signing_keys.signer_for(tx, self.settings, way.sender)
        except Unreadable as error:
            log.warning("a signing key is unreadable", sender=way.sender, why=str(error))
            made_here = None
        named = self.signer
        if named and way.guarded and not named.aligned(way.sender):
            named = None
        return made_here or named

    def _smtp(self, server: Server, signer: Signer | None) -> Transport:
        transport = SmtpTransport(server)
        return SigningTransport(transport, signer) if signer else transport


async def _reached(server: Server, way: Way) -> Server:
    """An owner's server is looked at each time: it may be none of ours."""
    return await hosts.reached_again(server) if way.guarded else server


def build(name: str, deps: Deps, stop: asyncio.Event) -> Worker:
    """A worker on the process's resources."""
    username, signer = partial(bot_name.known, deps.redis), signer_of(deps.settings)
    return Worker(name, deps.settings, deps.sessions, stop, username, signer)
