"""`./run demo` as a process of its own, and a browser to visit it with."""

import asyncio
import re
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.conftest import CHROMIUM
from tests.processes import Process

GOODBYE = 10.0  # seconds for a browser to close; what is left of it is then killed
ADDRESS = re.compile(r"^\s*(Chat|Inbox|Site)\s+(http://\S+)\s", re.MULTILINE)


@dataclass(frozen=True)
class Addresses:
    """Where the demo's pages are."""

    chat: str
    inbox: str
    site: str


@asynccontextmanager
async def demo(folder: Path, **settings: str) -> AsyncIterator[Addresses]:
    """A demo on data of its own, ended with the block."""
    process = Process(("demo",), {"DATA_DIR": str(folder)} | settings, folder / "demo.log")
    await process.start()
    try:
        async with asyncio.timeout(60):
            addresses = await _addresses(process)
        yield addresses
    finally:
        await process.stop()


async def _addresses(process: Process) -> Addresses:
    """Read from its log: a pipe would stay open for as long as a process it has started."""
    while len(found := dict(ADDRESS.findall(process.log))) < 3:
        assert process.status is None, process.log
        await asyncio.sleep(0.1)
    return Addresses(**{name.lower(): address for name, address in found.items()})


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"]
        )
        yield browser
        try:
            async with asyncio.timeout(GOODBYE):
                await browser.close()
        except TimeoutError:
            warnings.warn("Chromium did not close by itself", stacklevel=1)
