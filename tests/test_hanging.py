"""A test that hangs ends its run, which says where it stood."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hanging import HUNG

ROOT = Path(__file__).parents[1]
TEST = """
import asyncio, time
import pytest
from tests import hanging

hanging.LIMIT, hanging.AGAIN = 0.5, 0.5

@pytest.fixture
async def left_open():
    yield
    await asyncio.Event().wait()

async def test_waiting():
    await asyncio.Event().wait()

async def test_deaf():
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass

def test_blocking():
    time.sleep(60)

async def test_leaving(left_open):
    pass

async def test_quick():
    await asyncio.sleep(0)
"""


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("waiting", "locks.py"),
        ("deaf", "tasks.py"),
        ("blocking", "test_blocking hangs"),
        ("leaving", "left_open"),
    ],
)
def test_what_hangs_is_ended_with_its_place(tmp_path: Path, name: str, place: str) -> None:
    ran = run(tmp_path, f"test_{name}")
    assert ran.returncode == HUNG, ran.stdout
    assert f"test_{name} hangs" in ran.stdout
    assert place in ran.stdout


def test_what_ends_by_itself_is_left_alone(tmp_path: Path) -> None:
    ran = run(tmp_path, "test_quick")
    assert ran.returncode == 0, ran.stdout


def run(folder: Path, name: str) -> "subprocess.CompletedProcess[str]":
    """Such a test by itself, in a process that is no worker of ours."""
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    (folder / "test_it.py").write_text(TEST)
    environment = {each: os.environ[each] for each in os.environ if "PYTEST" not in each}
    return subprocess.run(  # noqa: S603  our own words
        (sys.executable, "-m", "pytest", "-p", "tests.hanging", f"test_it.py::{name}"),
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
