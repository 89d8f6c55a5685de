"""A short chaos run; `./run chaos` makes a long one of any seed."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT


@pytest.mark.slow
async def test_every_recipient_is_accounted_for_whatever_is_killed(tmp_path: Path) -> None:
    command = "-m", "tests.chaos", "--seconds", "20", "--seed", "4", "--json"
    chaos = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(600):
        output, _ = await chaos.communicate()
    figures = json.loads(output.splitlines()[-1])
    assert figures["good"], figures
    assert figures["runs_due"] == figures["runs_created"] > 30
    assert figures["ended"] == 0, "a process gave up by itself"
