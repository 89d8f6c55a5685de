"""Outcomes on their way into the ledger, however many come and whatever a server says."""

import asyncio
from itertools import count
from time import monotonic

import pytest
from sqlalchemy import select

from core.db import Sessions, clock
from core.delivery import recorder, service
from core.delivery.claims import LEASE
from core.delivery.models import Delivery, OpenClaim
from core.delivery.recorder import Recorder, recording
from core.delivery.service import Account, Settled
from tests.core.delivery.makers import started


async def come_without_end(to: Recorder, claim: str) -> None:
    """Outcomes at every moment, so that some wait after each write; of nobody in the ledger."""
    for nobody in count(start=1):
        to.add(Settled(-nobody, claim, "sent", 250))
        await asyncio.sleep(0)


async def test_leases_are_extended_although_outcomes_never_stop_coming(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "EXTEND_EVERY", 0.1)
    async with sessions.begin() as tx:
        now = await clock(tx)
        run = await started(tx, now, clients=1)
        name = (await service.take(tx, run.id, 1, now)).rows[0].claim
    lease = select(OpenClaim.lease_until).where(OpenClaim.name == name)
    async with sessions() as tx:
        granted = (await tx.scalars(lease)).one()
    async with recording(sessions, run.id, Account("a")) as kept:
        kept.opened(name, 10**9, monotonic(), now)
        safe = kept.safe_until
        coming = asyncio.create_task(come_without_end(kept, name))  # noqa: TID251
        try:
            async with asyncio.timeout(20):
                while kept.safe_until == safe:  # noqa: ASYNC110  nothing rings
                    await asyncio.sleep(0.02)
        finally:
            coming.cancel()
    async with sessions() as tx:
        assert (await tx.scalars(lease)).one() > granted


async def test_what_has_expired_meanwhile_is_held_no_longer_and_nothing_more_may_be_written(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "EXTEND_EVERY", 0.05)
    async with sessions.begin() as tx:
        now = await clock(tx)
        run = await started(tx, now, clients=1)
        name = (await service.take(tx, run.id, 1, now)).rows[0].claim
        await service.expire(tx, now + 2 * LEASE)  # this process stood still for so long
    async with recording(sessions, run.id, Account("a")) as kept, asyncio.timeout(20):
        kept.opened(name, 1, monotonic(), now)
        while not kept.lost:  # noqa: ASYNC110  nothing rings
            await asyncio.sleep(0.02)
        assert monotonic() > kept.safe_until


async def test_octets_that_no_text_may_have_are_replaced_in_a_servers_words(
    sessions: Sessions,
) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        run = await started(tx, now, clients=3)
        taken = (await service.take(tx, run.id, 3, now)).rows
    words = ("no\0such\x1fuser", "\0", "gone away")
    async with recording(sessions, run.id, Account("a")) as kept:
        kept.opened(taken[0].claim, 3, monotonic(), now)
        for row, reply in zip(taken, words, strict=True):
            kept.add(Settled(row.client_id, row.claim, "failed", 550, "5.1.1", reply))
    async with sessions() as tx:
        found = select(Delivery.status, Delivery.smtp_text).order_by(Delivery.client_id)
        said = [("failed", "no such user"), ("failed", " "), ("failed", "gone away")]
        by_client = sorted(zip(taken, said, strict=True), key=lambda pair: pair[0].client_id)
        assert [tuple(row) for row in await tx.execute(found)] == [each for _, each in by_client]
