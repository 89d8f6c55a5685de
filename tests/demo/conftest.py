from collections.abc import AsyncIterator

import pytest
from aiogram import Bot

from demo.stand.person import Person
from demo.stand.serve import Running, serve_stand
from tests.demo.bots import bot_of


@pytest.fixture
async def stand() -> AsyncIterator[Running]:
    async with serve_stand() as running:
        yield running


@pytest.fixture
async def bot(stand: Running) -> AsyncIterator[Bot]:
    bot = bot_of(stand)
    yield bot
    await bot.session.close()


@pytest.fixture
async def anna(stand: Running) -> Person:
    """A person who has started the bot."""
    person = stand.person(1)
    await person.start()
    return person
