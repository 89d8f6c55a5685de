"""How quickly a list of clients is loaded, and what others notice: `./run bench import`.

Takes in and loads a CSV and an XLSX of generated clients (eight columns, a tenth of them known
before) as bot and worker do, but in one process, which answers "taps" (a page of another owner's
list) meanwhile. Then
searches a list of `--clients` rows. `--json` prints one object as the last line: {"csv_rows",
"csv_s", "xlsx_rows", "xlsx_s", "rss_mb", "tap_p99_ms_meanwhile", ...}; `rss_mb` is the most that
the reading process took, plus what the loading one grew by.
"""

import argparse
import asyncio
import csv
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import xlsxwriter
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.clients import loading, queries, uploads
from core.clients.loading import Outcome
from core.clients.upload_links import Link
from core.clients.uploads import Upload
from core.db import Sessions, clock, open_sessions
from core.settings import Settings
from core.tasks import Background
from core.users.models import User
from tests import factories
from tests.benches.world import scratch

HEADER = ["ФИО", "E-mail", "Телефон", "Город", "Компания", "Метки", "Дата согласия", "Заметки"]
FIRST = ("Анна", "Иван", "Ольга", "Пётр", "Мария")
LAST = ("Петрова", "Иванов", "Сидорова", "Кузнецов")
CITIES = ("Москва", "Казань", "Тверь")
TAP_EVERY = 0.01
SEARCHES = ("кузнецов", "person777777", "person", "nobody at all", "#vip", "+7 915 000", "an")
MB = 1024 * 1024


def rows(count: int, kind: str) -> Iterator[list[str]]:
    """The header and generated people."""
    yield HEADER
    for n in range(count):
        known = "known" if n % 10 == 0 else kind
        yield [
            f"{LAST[n % 4]} {FIRST[n % 5]}",
            f"{known}{n}@example{n % 97}.org",
            f"8 9{n % 90 + 10} {n % 900 + 100}-{n % 90 + 10}-{n * 7 % 90 + 10}",
            CITIES[n % 3],
            f"ООО «Ромашка {n}»",
            "vip, опт" if n % 3 else "",
            "12.03.2025",
            f"звонить утром {n}",
        ]


def as_csv(count: int) -> bytes:
    target = StringIO(newline="")
    csv.writer(target, delimiter=";").writerows(rows(count, "csv"))
    return target.getvalue().encode("cp1251")


def as_xlsx(count: int) -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows(count, "xlsx")):
            page.write_row(number, 0, row)
    return target.getvalue()


class Meanwhile:
    """Taps of somebody else, and the memory of this process and its readers."""

    def __init__(self, sessions: Sessions, other: User) -> None:
        self.taps: list[float] = []
        self.reader = self.growth = 0
        self._sessions, self._other = sessions, other
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        background = Background()
        background.start(self._tap(), "taps")
        background.start(self._weigh(), "memory")
        yield
        await background.aclose()

    async def _tap(self) -> None:
        while True:
            await asyncio.sleep(TAP_EVERY)
            started = time.perf_counter()
            async with self._sessions() as tx:
                await queries.page(tx, self._other)
            self.taps.append((time.perf_counter() - started) * 1000)

    async def _weigh(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            self.growth = max(self.growth, self._process.memory_info().rss - self._before)
            for child in self._process.children():
                try:
                    self.reader = max(self.reader, child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue


async def load(sessions: Sessions, owner: User, path: Path) -> tuple[int, float]:
    """A file looked at, kept and loaded; the rows written and the seconds it took."""
    started = time.perf_counter()
    settings = Settings(data_dir=path.parent, secret_key=SecretStr("a key for a measurement"))
    upload = await uploads.take_in(sessions, owner, Link(owner.id, 1), path.name, path)
    async with sessions.begin() as tx:
        await loading.want(tx, owner, upload.id, await clock(tx))
    await loading.load(sessions, settings, upload.id, asyncio.Event())
    async with sessions() as tx:
        done = Outcome.of(await tx.get_one(Upload, upload.id)).imported
    return done.new + done.updated + done.same, time.perf_counter() - started


async def search(engine: AsyncEngine, owner: User, clients: int) -> dict[str, float]:
    """Milliseconds of searches and of the last page among many clients."""
    async with engine.begin() as connection:
        await connection.execute(
            text(
                """INSERT INTO clients (owner_id, email, first_name, last_name, phone, tags,
                                        created_at)
                   SELECT :owner, 'person' || n || '@example.com',
                          (ARRAY['Anna', 'Ivan', 'Olga', 'Пётр'])[n % 4 + 1],
                          (ARRAY['Petrova', 'Kim', 'Орлова'])[n % 3 + 1] || n % 1000,
                          '+7' || 9000000000 + n, CASE WHEN n % 1000 = 0 THEN ARRAY['vip']
                                                          ELSE CAST('{}' AS text[]) END, now()
                   FROM generate_series(1, :clients) n"""
            ),
            {"owner": owner.id, "clients": clients},
        )
    async with engine.connect() as connection:
        analysing = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await analysing.execute(text("VACUUM ANALYZE clients"))
    sessions, found = open_sessions(engine), dict[str, float]()
    for words in SEARCHES:
        found[words] = await _ms(sessions, owner, search=words)
    found["last page"] = await _ms(sessions, owner, offset=clients)
    return found


async def _ms(sessions: Sessions, owner: User, offset: int = 0, search: str = "") -> float:
    times = []
    for _ in range(5):
        started = time.perf_counter()
        async with sessions() as tx:
            await queries.page(tx, owner, offset, search=search)
        times.append((time.perf_counter() - started) * 1000)
    return round(sorted(times)[2], 1)


async def run(args: argparse.Namespace) -> dict[str, Any]:
    """Load, search, sum up."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("clients.csv", "clients.xlsx")]
        for path, make in zip(paths, (as_csv, as_xlsx), strict=True):
            await asyncio.to_thread(path.write_bytes, make(args.rows))
        return await measured(paths, args)


async def measured(paths: list[Path], args: argparse.Namespace) -> dict[str, Any]:
    """The figures."""
    async with scratch() as engine:
        sessions = open_sessions(engine)
        async with sessions.begin() as tx:
            owner, other = await factories.user(tx), await factories.user(tx)
            for _ in range(50):
                await factories.client(tx, other)
            for n in range(0, args.rows, 10):
                at = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251  only data
                email = f"known{n}@example{n % 97}.org"
                await factories.client(tx, owner, email=email, created_at=at)
        meanwhile = Meanwhile(sessions, other)
        async with meanwhile.watched():
            loaded = {path.name: await load(sessions, owner, path) for path in paths}
        searched = await search(engine, other, args.clients) if args.clients else {}
    return {
        "csv_rows": loaded["clients.csv"][0],
        "csv_s": round(loaded["clients.csv"][1], 2),
        "xlsx_rows": loaded["clients.xlsx"][0],
        "xlsx_s": round(loaded["clients.xlsx"][1], 2),
        "rss_mb": round((meanwhile.reader + meanwhile.growth) / MB),
        "reader_mb": round(meanwhile.reader / MB),
        "tap_p99_ms_meanwhile": round(quantiles(meanwhile.taps, n=100)[-1], 1),
        "taps_meanwhile": len(meanwhile.taps),
        "clients_searched": args.clients,
        "search_ms": searched,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="one JSON object as last line")
    args = parser.parse_args()
    result = asyncio.run(run(args))
    for name, figure in result.items():
        print(f"{name}: {figure}")
    if args.json:
        print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
