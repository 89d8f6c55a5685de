"""`./run demo` as a process of its own, and a browser to visit it with."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.conftest import CHROMIUM
from tests.processes import ROOT, without_settings

ADDRESS = re.compile(r"^\s*(Chat|Inbox|Site)\s+(http://\S+)")


@dataclass(frozen=True)
class Addresses:
    """Where the demo's pages are."""

    chat: str
    inbox: str
    site: str


@asynccontextmanager
async def demo(folder: Path, **settings: str) -> AsyncIterator[Addresses]:
    """A demo on data of its own, ended with the block."""
    environment = without_settings() | {"DATA_DIR": str(folder)} | settings
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "main.py"),
        "demo",
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            addresses = await _addresses(process)
        yield addresses
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ask it to end; one that does not within half a minute is killed, and the test fails."""
    process.terminate()
    try:
        async with asyncio.timeout(30):
            await process.wait()
    except TimeoutError:
        process.kill()
        raise


async def _addresses(process: asyncio.subprocess.Process) -> Addresses:
    assert process.stdout
    found: dict[str, str] = {}
    while len(found) < 3:
        line = (await process.stdout.readline()).decode()
        assert line, "the demo ended early"
        if match := ADDRESS.match(line):
            found[match[1].lower()] = match[2]
    return Addresses(**found)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"]
        )
        yield browser
        await browser.close()
