"""Figures that are kept: how old they may be, and who waits for them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from admin_web.admin.kept import Kept

LONG = 60.0


class Counter:
    """Counts how often it was asked; answers when it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.may = asyncio.Event()

    async def __call__(self) -> int:
        self.asked += 1
        await self.may.wait()
        return self.asked


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
async def kept(counter: Counter) -> AsyncIterator[Kept[int]]:
    """An answer that is old at once."""
    made = Kept(counter, 0.0, LONG, "a count")
    yield made
    await made.aclose()


async def test_who_does_not_want_to_wait_gets_nothing_and_finds_it_later(
    counter: Counter, kept: Kept[int]
) -> None:
    assert await kept.within(0.01) is None
    counter.may.set()
    assert await kept.within(LONG) in (1, 2)  # an answer so old at once may be asked for again


async def test_an_old_answer_is_better_than_none(counter: Counter, kept: Kept[int]) -> None:
    counter.may.set()
    assert await kept.within(LONG) == 1
    counter.may.clear()
    assert await kept.within(0.01) == 1


async def test_what_was_forgotten_is_counted_anew(counter: Counter, kept: Kept[int]) -> None:
    counter.may.set()
    await kept.within(LONG)
    kept.forget()
    assert await kept.within(LONG) == 2
