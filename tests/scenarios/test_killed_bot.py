"""A bot that is killed again and again loses no answer and does nothing twice."""

import asyncio
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from core.clients import loading
from core.clients.models import Client
from core.db import Sessions
from core.users.models import TelegramAccount, User
from demo.inbox.serve import RunningInbox
from demo.stand.serve import Running
from demo.tour import Tour
from tests import factories
from tests.processes import Process, running
from tests.scenarios.conftest import Environment
from tests.workers.conftest import until

ANSWERS = ("sendMessage", "editMessageText", "deleteMessage", "answerCallbackQuery")
MOST = 5
PROCESSES = {"bot": ("bot",), "worker": ("worker",), "web": ("web",)}
LOADING = {"bot": ("bot",), "worker": ("worker",)}


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
async def test_a_file_is_loaded_though_bot_and_worker_are_killed_amid_it(
    environment: Environment, stand: Running, sessions: Sessions, tmp_path: Path
) -> None:
    person, rows = stand.person(), 30_000
    async with sessions.begin() as tx:
        user = await factories.user(tx)
        tx.add(
            TelegramAccount(telegram_id=person.chat.id, user_id=user.id, created_at=factories.NOW)
        )

    async def is_under_way() -> bool:
        async with sessions() as tx:
            return any(upload.progress for upload in await loading.under_way(tx))

    table = "\n".join(["E-mail", *(f"c{n}@example.org" for n in range(rows))])
    async with running(LOADING, environment, tmp_path) as processes:
        await person.upload("c.csv", table.encode())
        await person.wait_for("c.csv · 30", timeout=60)
        await person.tap("Загрузить", answer_within=60)
        await until(is_under_way, 60)
        for process in processes.values():
            await process.kill()
        for process in processes.values():
            await process.start()
        await person.wait_for("Готово: 30", timeout=90)
    async with sessions() as tx:
        assert await tx.scalar(select(func.count()).select_from(Client)) == rows
    assert sum("Готово" in seen.text for seen in person.messages()) == 1


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
