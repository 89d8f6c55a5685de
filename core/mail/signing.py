"""Signing on the way to another transport, in threads: the event loop never waits for RSA."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from core.mail.dkim import Signer
from core.mail.envelopes import Envelopes, each
from core.mail.scale import Scale
from core.mail.transport import Envelope, MayWrite, Outcome, Result, Settle, Transport
from core.tasks import Background

_AHEAD = 64


class SigningTransport:
    """Adds a DKIM signature to every mail before `transport` sends it."""

    def __init__(self, transport: Transport, signer: Signer) -> None:
        self._transport = transport
        self._signer = signer

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        """As the transport within; mails signed ahead and not taken are returned."""
        background = Background()

        def settled(outcome: Outcome) -> None:
            ahead.scale.take(outcome.id)
            settle(outcome)

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            ahead = _Ahead(self._signer, threads)
            background.start(ahead.pull(envelopes), "signing ahead")
            try:
                await self._transport.send(ahead.signed(), settled, may_write)
            finally:
                await background.aclose()
                for envelope in ahead.pulled.values():
                    settle(Outcome(envelope.id, Result.RETURNED))
        if ahead.broken:
            raise ahead.broken

    async def post(self, envelope: Envelope) -> Outcome:
        """Sign and send one mail."""
        outcomes: list[Outcome] = []
        await self.send((envelope,), outcomes.append, lambda _: True)
        return outcomes[0]


class _Ahead:
    """A few mails that are being signed, in the order in which they came."""

    def __init__(self, signer: Signer, threads: ThreadPoolExecutor) -> None:
        self.pulled: dict[int, Envelope] = {}
        self.broken: Exception | None = None
        self.scale = Scale()
        self._signer = signer
        self._threads = threads
        self._queue = asyncio.Queue[tuple[Envelope, asyncio.Future[bytes]] | None](_AHEAD)

    async def pull(self, envelopes: Envelopes) -> None:
        """Start on each mail as it comes."""
        loop = asyncio.get_running_loop()
        try:
            async for envelope in each(envelopes):
                self.pulled[envelope.id] = envelope
                signing = loop.run_in_executor(self._threads, self._signer.sign, envelope.content)
                self.scale.put(envelope)
                await self._queue.put((envelope, signing))
                await self.scale.room()
        except Exception as error:
            self.broken = error
        await self._queue.put(None)

    async def signed(self) -> AsyncIterator[Envelope]:
        """The mails with their signatures."""
        while next_one := await self._queue.get():
            envelope, signing = next_one
            whole = replace(envelope, content=await signing)
            del self.pulled[envelope.id]
            yield whole
