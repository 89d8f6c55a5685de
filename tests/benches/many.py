"""What one deed with very many rows costs: `./run bench many`.

Fills a database of its own with clients and switches them all off (or deletes them, row by row:
`--verb delete`), from the question in the browser to the page that says that every row has had its
turn. Prints seconds: by the clock, of this process' processor time, of PostgreSQL's.
"""

import argparse
import asyncio
import re
import time
from html import unescape

from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from admin_web.app import make_app
from core.bootstrap import Deps
from core.db import open_sessions
from core.settings import Settings
from tests.admin_web.admin import ORIGIN, Admin, signed_in
from tests.benches.spent import spent
from tests.benches.world import scratch

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
CLIENTS = text("""
    INSERT INTO clients (owner_id, email, first_name, created_at)
    SELECT users.id, 'r' || n || '@example.org', 'Anna', now()
    FROM users, generate_series(1, :rows) n
""")


async def measure(engine: AsyncEngine, rows: int, verb: str) -> dict[str, float]:
    """The figures, and rows a second."""
    redis = Redis.from_url("redis://127.0.0.1:6379/15")
    settings = Settings(public_url=ORIGIN, secret_key=SecretStr("s" * 32))
    deps = Deps(settings, engine, open_sessions(engine), redis)
    async with TestClient(TestServer(make_app(deps))) as browser:
        admin = await signed_in(browser, deps.sessions)
        async with deps.sessions.begin() as tx:
            await tx.execute(CLIENTS, {"rows": rows})
        before, began = spent({}, str(engine.url.database)), time.perf_counter()
        await _whole(admin, verb)
        took = time.perf_counter() - began
        after = spent({}, str(engine.url.database))
    await redis.aclose()
    site, database = (after[name] - before[name] for name in ("telegram", "postgresql"))
    figures = {"rows": rows, "seconds": took, "site": site, "postgresql": database}
    return {name: round(n, 1) for name, n in figures.items()} | {"a_second": round(rows / took)}


async def _whole(admin: Admin, verb: str) -> None:
    asked = await (await admin.get(f"/admin/clients/bulk/all?verb={verb}")).text()
    carried = {name: unescape(value) for name, value in HIDDEN.findall(asked) if name != "csrf"}
    where = (await admin.post("/admin/clients/bulk/all", carried)).headers["Location"]
    while "had its turn" not in (page := await (await admin.get(where)).text()):
        if "broken off" in page:
            raise RuntimeError(page)
        await asyncio.sleep(1)


async def run(args: argparse.Namespace) -> dict[str, float]:
    """In a database of its own."""
    async with scratch() as engine:
        return await measure(engine, args.rows, args.verb)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--verb", choices=("switch_off", "delete"), default="switch_off")
    print(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()
