"""Updates by webhook: the site takes them in, the bot works them, whichever of the two is away."""

import asyncio
from pathlib import Path

import pytest

from demo.inbox.serve import RunningInbox
from demo.stand.serve import Running
from demo.tour import Tour
from tests.processes import Process, running
from tests.scenarios.conftest import Environment

PROCESSES = {"bot": ("bot",), "worker": ("worker",), "web": ("web",)}
WEBHOOK = {"TELEGRAM_WEBHOOK": "True", "WEBHOOK_SECRET": "a-secret-of-the-tests"}


@pytest.mark.slow
async def test_a_registration_by_webhook_while_each_side_is_away(
    environment: Environment, stand: Running, inbox: RunningInbox, tmp_path: Path
) -> None:
    tour = Tour(stand.person(), inbox.inbox, print, patience=60)
    async with running(PROCESSES, environment | WEBHOOK, tmp_path) as processes:
        await tour.person.start()
        await tour.sees("Центр рассылок")
        for away in ("bot", "web"):
            await processes[away].kill()
            await tour.person.tap("Зарегистрироваться", answer_within=None)
            await asyncio.sleep(0.5)
            await processes[away].start()
            await tour.sees("1 из 5")
            await tour.types("/start")
        await tour.register()
        await tour.confirm()
    assert not stand.stand.failures(409)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"TELEGRAM_WEBHOOK": "True"}, "WEBHOOK_SECRET"),
        ({"SMTP_PORT": "many"}, "SMTP_PORT"),
        ({"BOT_TOKEN": ""}, "BOT_TOKEN"),
        ({"BOT_TOKEN": "hunter2"}, "BOT_TOKEN"),
        ({"DATABASE_URL": "hunter2@example.org"}, "DATABASE_URL"),
    ],
)
async def test_a_wrong_setting_is_named_in_one_line(
    environment: Environment, tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    process = Process(("bot",), environment | settings, tmp_path / "bot.log")
    await process.start()
    assert await process.ended() == 2
    assert named in process.log
    assert len(process.log.splitlines()) == 1
    assert "hunter2" not in process.log
