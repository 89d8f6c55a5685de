"""Tasks in the background end when they are asked to."""

import asyncio

import pytest

from core import tasks
from core.tasks import Background


async def test_one_that_caught_an_error_in_place_of_its_cancellation_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "AGAIN", 0.02)
    rounds = 0

    async def looks_again_and_again() -> None:
        nonlocal rounds
        while rounds < 3:
            rounds += 1
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if rounds == 2:
                    raise

    background = Background()
    task = background.start(looks_again_and_again(), "looks")
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await background.aclose()
    assert task.cancelled()
    assert rounds == 2
