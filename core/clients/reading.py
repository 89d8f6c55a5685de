"""Files of clients, read by a process of its own (see reader.py)."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.clients.archive import BROKEN
from core.clients.columns import Columns
from core.clients.own_values import OwnKinds
from core.clients.table import check_file
from core.errors import Invalid

Source = bytes | Path  # of a file: what is in it, or where it lies

ROOT = Path(__file__).parents[2]
_SECONDS = 600
_LINE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Look:
    """What a file looks like before anything is loaded."""

    header: list[str]
    columns: Columns
    sample: list[list[str]]
    total: int


@dataclass(frozen=True)
class Order:
    """How a file is to be read: which column is which field, and what its owner has."""

    name: str
    columns: Mapping[str, int]
    country: str
    locale: str
    own: OwnKinds = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass
class Reading:
    """A file being checked; `batches` gives its good rows as JSON, and the row it has come to.

    When they are all given, `bad` rows were refused and `left_out` says how many values were, by
    field (those rows are in the file `errors`, `reasons` tells of some); `repeats` were merged.
    """

    errors: Path
    _lines: AsyncIterator[dict[str, Any]]
    repeats: int = 0
    bad: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    reasons: Sequence[str] = ()

    async def batches(self) -> AsyncIterator[tuple[str, int]]:
        """JSON for `writing.write`, and how far it goes."""
        async for line in self._lines:
            if "rows" in line:
                yield line["rows"], line["row"]
            else:
                self.repeats, self.bad = line["repeats"], line["bad"]
                self.left_out, self.reasons = line["left_out"], line["reasons"]


async def look(name: str, source: Source, titles: Mapping[str, str] | None = None) -> Look:
    """The first rows, the columns and the length; Invalid says what is wrong with the file.

    `titles` are those of the owner's own fields, each with the name of its column.
    """
    check_file(name, _size(source))
    job = {"name": name, "titles": dict(titles or {}), "columns": None}
    with TemporaryDirectory(prefix="mail-center-") as folder:
        async with _reader(Path(folder), source, job) as lines:
            async for line in lines:
                return Look(**line)
    raise Invalid(BROKEN)


@asynccontextmanager
async def check(source: Source, order: Order) -> AsyncIterator[Reading]:
    """Check the whole file; the file of errors is there until the block ends."""
    check_file(order.name, _size(source))
    with TemporaryDirectory(prefix="mail-center-") as folder:
        errors = Path(folder) / "errors"
        job = {
            "name": order.name,
            "titles": {},
            "columns": dict(order.columns),
            "country": order.country,
            "locale": order.locale,
            "own": dict(order.own),
            "tags": list(order.tags),
            "errors": str(errors),
        }
        async with _reader(Path(folder), source, job) as lines:
            yield Reading(errors, lines)


def _size(source: Source) -> int:
    return source.stat().st_size if isinstance(source, Path) else len(source)


@asynccontextmanager
async def _reader(
    folder: Path, source: Source, job: dict[str, Any]
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    if isinstance(source, Path):
        path = source.resolve()  # the reader has a folder of its own
    else:
        path = folder / "clients"
        await asyncio.to_thread(path.write_bytes, source)
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "core.clients.reader", json.dumps(job | {"path": str(path)})),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LINE,
    )
    try:
        yield _told(reader)
    finally:
        if reader.returncode is None:
            reader.kill()
        await reader.wait()


async def _told(reader: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    assert reader.stdout  # noqa: S101  a pipe
    async with asyncio.timeout(_SECONDS):
        async for line in reader.stdout:
            told = json.loads(line)
            if "refused" in told:
                raise Invalid(told["refused"], **told["fields"])
            if size := told.get("size"):
                told["rows"] = (await _body(reader.stdout, size)).decode()
            yield told
        if await reader.wait() != 0:
            raise Invalid(BROKEN)


async def _body(stream: asyncio.StreamReader, size: int) -> bytes:
    try:
        return await stream.readexactly(size)
    except asyncio.IncompleteReadError as error:
        raise Invalid(BROKEN) from error  # the reader ended amid it
