"""The main job from /start to a finished mailing, on one process and on many."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from demo.inbox.serve import RunningInbox
from demo.stand.serve import Running
from demo.tour import Tour
from tests.processes import ROOT, running, without_settings
from tests.scenarios.conftest import Environment

CLUSTER = {
    "bot": ("bot",),
    "worker-tx": ("worker", "--queue", "mail.tx"),
    "worker-bulk": ("worker", "--queue", "mail.bulk"),
    "scheduler": ("scheduler",),
    "web": ("web",),
}


@pytest.mark.slow  # it starts every server anew; `.ci/run` plays the tour once more by itself
async def test_the_tour_delivers_on_embedded_services(tmp_path: Path) -> None:
    tour = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "main.py"),
        "demo",
        "--tour",
        "--json",
        cwd=tmp_path,
        env=without_settings(),
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        output, _ = await tour.communicate()
    figures = json.loads(output.splitlines()[-1])
    assert tour.returncode == 0, output.decode()
    assert figures["ok"]
    assert figures["delivered"] == 3
    assert figures["services"]["postgresql"] == "embedded"


@pytest.mark.slow
@pytest.mark.services
async def test_the_tour_delivers_on_separate_processes_and_rabbitmq(
    environment: Environment, stand: Running, inbox: RunningInbox, tmp_path: Path
) -> None:
    external = {
        "REDIS_URL": "redis://127.0.0.1:6379/11",
        "RABBITMQ_URL": "amqp://guest:guest@127.0.0.1:5672/",
    }
    async with running(CLUSTER, environment | external, tmp_path):
        figures = await Tour(stand.person(), inbox.inbox, print, patience=60).play()
    assert figures["delivered"] == 3
