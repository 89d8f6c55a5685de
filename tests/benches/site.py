"""How quick the administrators' pages are on a large installation: `./run bench site`.

Fills a database of its own, then asks for each page many times, one after the other, through the
real application, and reports the 95th percentile of each in milliseconds. `--json` prints one
object: {"clients", "deliveries", "pages": {path: ms}, "worst_p95_ms", "worst_page",
"first_load_kb": {path: kB}, "heaviest_kb", "heaviest_page", "below_150_ms", "load", "cpu": {path:
ms}}. A first load is the page with its assets, in bytes on the wire, of a browser that has never
been here. On a machine that does other things, too, a time says how long a page queued for a
processor: `load` is the load average before and after, `cpu` what one page takes of this process
(the site's work and this client's; PostgreSQL's is not in it).
"""

import argparse
import asyncio
import gzip
import json
import os
import re
import time
from html import unescape
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine
from yarl import URL

from admin_web.admin import dashboard
from admin_web.admin.filters import choices
from admin_web.admin.resource import Resource
from admin_web.app import make_app
from admin_web.compiled import compile_all
from admin_web.resources import RESOURCES
from core.bootstrap import Deps
from core.db import clock, open_sessions
from core.garbage import collect_less
from core.sessions import administrators, service
from core.settings import Settings
from tests.benches.large import fill
from tests.benches.world import scratch

WORDS = {"clients": ("anna petrova", "client777.7@", "nobodyatall"), "users": ("owner17",)}
TYPED = {"country": "RU"}
NUMBER, SHOWN = "7", 40
GOAL = 150.0  # milliseconds
Measured = dict[str, tuple[float, float]]  # of each page: the 95th percentile, the processor's time
ROW = re.compile(r'class="row-link" href="([^"]+)"')
NEXT = re.compile(r'rel="next" href="([^"]+)"')
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
OTHERS = (
    "/admin",
    "/admin/tasks",
    "/admin/settings",
    "/admin/account",
    "/admin/search",
    "/admin/search?q=client777.7@example.com",
    "/",
    "/blog",
)


def lists(resource: Resource) -> list[str]:
    """The addresses of a table: whole, searched, by each filter alone, in each order."""
    path = f"/admin/{resource.name}"
    words = WORDS.get(resource.name, ("nobodyatall", "a")) if resource.search else ()
    queries = [{"q": word} for word in words]
    for name in resource.filters:
        queries += [
            {name: value} for value in choices(resource, name) or (TYPED.get(name, NUMBER),)
        ]
    queries += [{"sort": sign + name} for name in resource.sorts for sign in ("", "-")]
    queries += [{"sort": "id"}]
    return [path, *(f"{path}?{urlencode(query)}" for query in queries)]


async def measure(engine: AsyncEngine, rounds: int) -> tuple[Measured, dict[str, float]]:
    """How long each page took in milliseconds, and its first load in kB."""
    collect_less()  # as every process of the service does when it starts
    settings = Settings(secret_key=SecretStr("s" * 32))
    redis = Redis.from_url("redis://127.0.0.1:6379/15")
    deps = Deps(settings, engine, open_sessions(engine), redis)
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        root = await administrators.create(tx, "root@example.org", "seven brown foxes", now)
        token = await service.begin(tx, root, "127.0.0.1", "bench", now)
    app = make_app(deps)
    await compile_all(app)  # as when the site starts
    site, weights = TestServer(app), {}
    async with TestClient(site, cookies={"session": token}) as client:
        pages: Measured = {"/admin (cold)": await _cold(client, rounds)}
        for path in [*OTHERS, *(await _of_tables(client))]:
            pages[path] = await _p95(client, path, rounds)
        jar = CookieJar(unsafe=True)
        jar.update_cookies({"session": token}, site.make_url("/"))
        async with ClientSession(cookie_jar=jar, auto_decompress=False) as raw:
            for path in list(pages)[1:]:
                weights[path] = await _weight(raw, str(site.make_url("/")).rstrip("/"), path)
    await redis.aclose()
    return pages, weights


async def _of_tables(client: Any) -> list[str]:
    """Every list of every table, its second page, and its first row."""
    found = []
    for resource in RESOURCES.values():
        found += lists(resource)
        shown = await (await client.get(f"/admin/{resource.name}")).text()
        for link in (NEXT.search(shown), ROW.search(shown)):
            found += [unescape(link[1])] if link else []
    return found


async def _cold(client: Any, rounds: int) -> tuple[float, float]:
    """The first page while nothing is counted yet, as after a start of the site."""
    times = []
    before = time.process_time()
    for _ in range(rounds):
        client.app[dashboard.DAYS].forget()
        client.app[dashboard.TODAY].forget()
        times.append(await _once(client, "/admin"))
    return _95th(times), _each(before, rounds)


async def _weight(client: ClientSession, site: str, path: str) -> float:
    """What a browser that has never been here takes in, in kB on the wire."""
    page = await (await client.get(URL(site + path, encoded=True))).read()
    text = gzip.decompress(page).decode() if page[:2] == b"\x1f\x8b" else page.decode()
    parts = [await (await client.get(site + part)).read() for part in set(ASSET.findall(text))]
    return round((len(page) + sum(map(len, parts))) / 1000, 1)


async def _p95(client: Any, path: str, rounds: int) -> tuple[float, float]:
    await _once(client, path)  # statements are prepared
    before = time.process_time()
    times = [await _once(client, path) for _ in range(rounds)]
    return _95th(times), _each(before, rounds)


def _each(before: float, rounds: int) -> float:
    return round((time.process_time() - before) * 1000 / rounds, 1)


async def _once(client: Any, path: str) -> float:
    """Milliseconds to the end of the page."""
    started = time.perf_counter()
    answer = await client.get(path, allow_redirects=False)
    await answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return (time.perf_counter() - started) * 1000


def _95th(times: list[float]) -> float:
    return round(quantiles(times, n=20, method="inclusive")[-1], 1)


async def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill, measure, sum up."""
    async with scratch() as engine:
        started = time.perf_counter()
        await fill(engine, args.clients, args.deliveries)
        print(f"filled in {time.perf_counter() - started:.0f} s")
        load = [round(os.getloadavg()[0], 1)]
        measured, weights = await measure(engine, args.rounds)
        load.append(round(os.getloadavg()[0], 1))
    pages = {path: p95 for path, (p95, _) in measured.items()}
    worst = max(pages, key=lambda path: pages[path])
    heaviest = max(weights, key=lambda path: weights[path])
    return {
        "clients": args.clients,
        "deliveries": args.deliveries,
        "pages": pages,
        "worst_p95_ms": pages[worst],
        "worst_page": worst,
        "first_load_kb": weights,
        "heaviest_kb": weights[heaviest],
        "heaviest_page": heaviest,
        "below_150_ms": sum(p95 < GOAL for p95 in pages.values()),
        "load": load,
        "cpu": {path: cpu for path, (_, cpu) in measured.items()},
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--deliveries", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="one JSON object as last line")
    args = parser.parse_args()
    result = asyncio.run(run(args))
    slowest = sorted(result["pages"].items(), key=lambda pair: -pair[1])[:SHOWN]
    for path, p95 in slowest:
        print(f"{p95:8.1f} ms  {path}")
    below, load = result["below_150_ms"], result["load"]
    print(f"{below} of {len(result['pages'])} below {GOAL:.0f} ms; load average {load}")
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
