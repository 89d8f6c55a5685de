"""Where a transport takes its envelopes from: the ledger's claims, a list, a generator."""

from collections.abc import AsyncIterator, Iterable

from core.mail.transport import Envelope, Envelopes, Source


class _Listed(Source):
    """Whoever has them all."""

    def __init__(self, envelopes: Iterable[Envelope]) -> None:
        self._envelopes = iter(envelopes)
        self._first: Envelope | None = None

    def take(self) -> Envelope | None:
        envelope, self._first = self._first, None
        return envelope or next(self._envelopes, None)

    async def more(self) -> bool:
        self._first = self._first or next(self._envelopes, None)
        return self._first is not None


class _Pulled(Source):
    """Whoever has to wait for each of them."""

    def __init__(self, envelopes: AsyncIterator[Envelope]) -> None:
        self._envelopes = envelopes
        self._next: Envelope | None = None

    def take(self) -> Envelope | None:
        envelope, self._next = self._next, None
        return envelope

    async def more(self) -> bool:
        self._next = self._next or await anext(self._envelopes, None)
        return self._next is not None


def source(envelopes: Envelopes) -> Source:
    """Any of them as a source."""
    if isinstance(envelopes, Source):
        return envelopes
    if isinstance(envelopes, AsyncIterator):
        return _Pulled(envelopes)
    return _Listed(envelopes)


async def each(envelopes: Envelopes) -> AsyncIterator[Envelope]:
    """Any of them, one after another."""
    whole = source(envelopes)
    while await whole.more():
        while envelope := whole.take():
            yield envelope
