"""Workbooks, read by a process of its own.

A small workbook can claim billions of cells. The reader's memory and time are bounded by the
operating system, so such a file ends its own reader and nothing else; and reading a large one
does not slow the chat down.
"""

import asyncio
import csv
import sys
from io import StringIO
from pathlib import Path

from core.clients.archive import BROKEN, inspect
from core.errors import Invalid

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_ROOT = Path(__file__).parents[2]
_SECONDS = 60


def is_one(data: bytes) -> bool:
    """Whether the bytes are a workbook, whatever the file is called."""
    return data.startswith((_ZIP, _OLE))


async def read_rows(data: bytes, limit: int) -> list[list[str]]:
    """The first sheet that has something, as text cells; at most `limit` rows."""
    if data.startswith(_ZIP):
        await asyncio.to_thread(inspect, data)
    text = (await _read(data, limit)).decode()
    csv.field_size_limit(1_000_000)
    return await asyncio.to_thread(_cells, text)


def _cells(text: str) -> list[list[str]]:
    rows = list(csv.reader(StringIO(text, newline="")))
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


async def _read(data: bytes, limit: int) -> bytes:
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "core.clients.workbook_reader", str(limit)),
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await reader.communicate(data)
    except TimeoutError as error:
        raise Invalid(BROKEN) from error
    finally:
        if reader.returncode is None:
            reader.kill()
            await reader.wait()
    if reader.returncode != 0:
        raise Invalid(BROKEN)
    return output
