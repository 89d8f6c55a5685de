"""Envelopes come one by one from the ledger, or as a list from whoever has them all."""

from collections.abc import AsyncIterator, Iterable

from core.mail.transport import Envelope

Envelopes = AsyncIterator[Envelope] | Iterable[Envelope]


async def each(envelopes: Envelopes) -> AsyncIterator[Envelope]:
    """Either kind, to be pulled from."""
    if isinstance(envelopes, AsyncIterator):
        async for envelope in envelopes:
            yield envelope
    else:
        for envelope in envelopes:
            yield envelope
