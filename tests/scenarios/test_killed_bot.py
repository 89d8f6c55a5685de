"""A bot that is killed again and again loses no answer and does nothing twice."""

import asyncio
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from core.clients.models import Client
from core.db import Sessions
from core.users.models import User
from demo.inbox.serve import RunningInbox
from demo.stand.serve import Running
from demo.tour import Tour
from tests.processes import Process, running
from tests.scenarios.conftest import Environment

ANSWERS = ("sendMessage", "editMessageText", "deleteMessage", "answerCallbackQuery")
MOST = 5
PROCESSES = {"bot": ("bot",), "worker": ("worker",), "web": ("web",)}


async def killing(bot: Process, stand: Running, stop: asyncio.Event) -> int:
    """Kill the bot soon after some of its answers; says how often."""
    random = Random(4)  # noqa: S311  replayable on purpose
    for kills in range(MOST):
        await spoken(stand, random.randint(1, 4), stop)
        if stop.is_set():
            return kills
        await asyncio.sleep(random.uniform(0.0, 0.1))
        await bot.kill()
        await bot.start()
    return MOST


async def spoken(stand: Running, times: int, stop: asyncio.Event) -> None:
    """Until the bot has said so many things more."""
    calls, seen = stand.stand.calls, len(stand.stand.calls)
    while not stop.is_set():
        said = [call for call in list(calls)[seen:] if call.method in ANSWERS]
        if len(said) >= times:
            return
        await asyncio.sleep(0.01)  # the stand's log has no bell


@pytest.mark.slow
async def test_a_story_survives_a_bot_that_is_killed_all_the_time(
    environment: Environment,
    stand: Running,
    inbox: RunningInbox,
    sessions: Sessions,
    tmp_path: Path,
) -> None:
    tour = Tour(stand.person(), inbox.inbox, print, patience=150)
    stop = asyncio.Event()
    async with (
        running(PROCESSES, environment, tmp_path) as processes,
        asyncio.TaskGroup() as group,
    ):
        kills = group.create_task(killing(processes["bot"], stand, stop))
        await tour.register()
        await tour.confirm()
        await tour.write_message()
        await tour.add_clients()
        stop.set()
    async with sessions() as tx:
        assert await tx.scalar(select(func.count()).select_from(User)) == 1
        assert await tx.scalar(select(func.count()).select_from(Client)) == 3
    assert kills.result() > 2
