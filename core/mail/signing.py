"""Signing on the way to another transport, in threads: the event loop never waits for RSA."""

import asyncio
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from core.mail.dkim import Signer
from core.mail.envelopes import source
from core.mail.scale import Scale
from core.mail.transport import (
    Envelope,
    Envelopes,
    MayWrite,
    Outcome,
    Result,
    Settle,
    Source,
    Transport,
)

_AHEAD = 64


class SigningTransport:
    """Adds a DKIM signature to every mail before `transport` sends it."""

    def __init__(self, transport: Transport, signer: Signer) -> None:
        self._transport = transport
        self._signer = signer

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        """As the transport within; mails signed ahead and not taken are returned."""

        def settled(outcome: Outcome) -> None:
            ahead.scale.take(outcome.id)
            settle(outcome)

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            ahead = _Ahead(source(envelopes), self._signer, threads)
            try:
                await self._transport.send(ahead, settled, may_write)
            finally:
                for envelope, _ in ahead.signing:
                    settle(Outcome(envelope.id, Result.RETURNED))

    async def post(self, envelope: Envelope) -> Outcome:
        """Sign and send one mail."""
        outcomes: list[Outcome] = []
        await self.send((envelope,), outcomes.append, lambda _: True)
        return outcomes[0]


class _Ahead(Source):
    """A few mails that are being signed, in the order in which they came."""

    def __init__(self, source: Source, signer: Signer, threads: ThreadPoolExecutor) -> None:
        self.signing: deque[tuple[Envelope, asyncio.Future[bytes]]] = deque()
        self.scale = Scale()
        self._source = source
        self._signer = signer
        self._threads = threads
        self._loop = asyncio.get_running_loop()

    def take(self) -> Envelope | None:
        """The mail in front, if its signature is there."""
        self._pull()
        if not self.signing or not self.signing[0][1].done():
            return None
        envelope, signature = self.signing[0]
        whole = envelope._replace(content=signature.result())
        self.signing.popleft()
        return whole

    async def more(self) -> bool:
        """Wait for the signature of the mail in front."""
        self._pull()
        while not self.signing:
            await self.scale.room()
            if not await self._source.more():
                return False
            self._pull()
        await asyncio.wait((self.signing[0][1],))
        return True

    def _pull(self) -> None:
        """Start on as many as may be ahead."""
        while len(self.signing) < _AHEAD and not self.scale.heavy:
            if (envelope := self._source.take()) is None:
                return
            self.scale.put(envelope)
            content = envelope.content
            signature = self._loop.run_in_executor(self._threads, self._signer.sign, content)
            self.signing.append((envelope, signature))
