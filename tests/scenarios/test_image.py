"""What .dockerignore lets into the image is enough: compose's own commands run from it."""

import re
import shutil
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import aiohttp
import pytest
import yaml

from core.db import Sessions, clock
from core.jobs import workers
from demo.stand.serve import Running
from tests.processes import ROOT, Process, running
from tests.scenarios.conftest import Environment
from tests.workers.conftest import until

pytestmark = pytest.mark.slow

PATIENCE = 180  # seconds for what takes one on a machine with nothing else to do

LINES = [
    line
    for line in (ROOT / ".dockerignore").read_text().splitlines()
    if line and not line.startswith("#")
]


def is_let_in(path: PurePosixPath) -> bool:
    """As Docker decides: by the last line that speaks of the path or of a folder around it."""
    inside = True
    for line in LINES:
        pattern = re.escape(line.removeprefix("!"))
        pattern = pattern.replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(pattern, str(each)) for each in (path, *path.parents)):
            inside = line.startswith("!")
    return inside


def left_out(folder: str, names: Iterable[str]) -> set[str]:
    place = PurePosixPath(folder).relative_to(PurePosixPath(ROOT))
    return {name for name in names if not is_let_in(place / name)}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """main.py in a folder with what the image holds."""
    image = tmp_path / "app"
    shutil.copytree(ROOT, image, ignore=left_out)
    return image / "main.py"


@pytest.fixture
def commands() -> dict[str, tuple[str, ...]]:
    """What compose starts of the image, by the service's name."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return {
        name: tuple(service["command"])
        for name, service in services.items()
        if service["image"] == "mail-center"
    }


@pytest.fixture
def metrics() -> str:
    """Where figures are told: on a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


async def test_every_part_runs_from_what_the_image_holds(
    commands: dict[str, tuple[str, ...]],
    program: Path,
    environment: Environment,
    metrics: str,
    stand: Running,
    sessions: Sessions,
    tmp_path: Path,
) -> None:
    environment = environment | {"METRICS_LISTEN": metrics}
    migrate = Process(commands.pop("migrate"), environment, tmp_path / "migrate.log", program)
    await migrate.start()
    await until(lambda: has_ended(migrate), PATIENCE)
    assert migrate.status == 0, migrate.log
    async with running(commands, environment, tmp_path, program) as parts:
        beating = [parts[name] for name in ("worker-tx", "worker-bulk", "scheduler")]
        await until(lambda: give_signs_of_life(beating, sessions), PATIENCE)
        anna = stand.person()
        await anna.start()
        await anna.wait_for("Центр рассылок", timeout=PATIENCE)
        await until(lambda: listens(parts["admin_web"]), PATIENCE)
        assert await asked(environment["PUBLIC_URL"] + "/health/parts") == 200
        assert await asked(f"http://{metrics}/metrics") == 200
    assert "beginning anew" not in "".join(part.log for part in parts.values())


async def has_ended(process: Process) -> bool:
    return process.status is not None


async def give_signs_of_life(parts: Sequence[Process], sessions: Sessions) -> bool:
    assert all(part.status is None for part in parts), "one has ended"
    async with sessions() as tx:
        known = await workers.all_of(tx, await clock(tx))
    return {each.pid for each in known if each.alive} == {part.pid for part in parts}


async def listens(site: Process) -> bool:
    return "metrics are told" in site.log


async def asked(address: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status
