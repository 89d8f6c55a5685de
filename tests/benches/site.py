"""How quick the administrators' pages are on a large installation: `./run bench site`.

Fills a database of its own, then asks for each page many times, one after the other, through the
real application, and reports the 95th percentile of each in milliseconds. `--json` prints one
object: {"clients", "deliveries", "pages": {path: ms}, "worst_p95_ms", "worst_page"}.
"""

import argparse
import asyncio
import json
import time
from statistics import quantiles
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from admin_web.app import make_app
from core.bootstrap import Deps
from core.db import clock, open_sessions
from core.sessions import administrators, service
from core.settings import Settings
from tests.benches.world import scratch

OWNERS = 200
RUNS_EACH = 25
PER_RUN = 1000
PAGES = (
    "/admin",
    "/admin/tasks",
    "/admin/users",
    "/admin/users?q=owner17",
    "/admin/clients",
    "/admin/clients?q=client777777",
    "/admin/clients?q=anna+petrova",
    "/admin/clients?q=nobodyatall",
    "/admin/clients?owner_id=7",
    "/admin/clients?active=no",
    "/admin/clients?unsubscribed_at=yes&owner_id=7",
    "/admin/clients/77",
    "/admin/messages",
    "/admin/mailings",
    "/admin/mailings/7",
    "/admin/runs",
    "/admin/runs/300",
    "/admin/deliveries",
    "/admin/deliveries?status=failed",
    "/admin/deliveries?status=uncertain",
    "/admin/deliveries?run_id=300&status=sent",
    "/admin/search?q=client777.7@example.com",
    "/admin/jobs?status=failed",
    "/admin/audit_log",
)

FILL = (
    """INSERT INTO users (name, email, email_confirmed_at, phone, country, timezone, created_at)
       SELECT 'Owner ' || n, 'owner' || n || '@example.org', now(), '+7999' || 1000000 + n, 'RU',
              'Europe/Moscow', now() FROM generate_series(1, :owners) n""",
    """INSERT INTO clients (owner_id, email, first_name, last_name, active, created_at)
       SELECT o, 'client' || n || '.' || o || '@example.com',
              (ARRAY['Anna', 'Ivan', 'Olga', 'Пётр'])[n % 4 + 1],
              (ARRAY['Petrova', 'Kim', 'Орлова'])[n % 3 + 1], n % 50 <> 0, now()
       FROM generate_series(1, :each) n, generate_series(1, :owners) o""",
    """INSERT INTO messages (owner_id, slug, created_at)
       SELECT o, 'sale', now() FROM generate_series(1, :owners) o""",
    """INSERT INTO message_versions (message_id, no, subject, html, created_at)
       SELECT id, 1, 'Sale ' || id, '<p>Hello</p>', now() FROM messages""",
    """UPDATE messages SET version_id = v.id
       FROM message_versions v WHERE v.message_id = messages.id""",
    """INSERT INTO mailings (owner_id, message_id, accepted_at)
       SELECT owner_id, id, now() FROM messages""",
    """INSERT INTO schedules (object_type, object_id, task, recurrence, start_at, timezone, next_at,
                              created_at)
       SELECT 'mailings', id, 'workers.tasks.send_mailing', '{"kind": "days"}', now(),
              'Europe/Moscow', now() + interval '1 hour' * id, now() FROM mailings""",
    """INSERT INTO runs (mailing_id, no, version_id, status, due_at, created_at, finished_at)
       SELECT m.id, n, g.version_id, 'finished', due, due, due + interval '10 minutes'
       FROM generate_series(1, :runs) n, mailings m JOIN messages g ON g.id = m.message_id,
            LATERAL (SELECT now() - interval '1 day' * (:runs - n) - interval '1 hour' AS due) d""",
    """INSERT INTO deliveries (run_id, client_id, email, "values", status, version_id, attempt,
                               due_at, account, smtp_code, smtp_text, settled_at)
       SELECT r.id, c.id, c.email, '{}', CASE WHEN c.id % 997 = 0 THEN 'failed'
                                              WHEN c.id % 9973 = 0 THEN 'uncertain'
                                              ELSE 'sent' END,
              r.version_id, 1, r.due_at, 'smtp', 250, 'OK', r.due_at + interval '5 minutes'
       FROM runs r JOIN mailings m ON m.id = r.mailing_id
       CROSS JOIN LATERAL (SELECT id, email FROM clients WHERE owner_id = m.owner_id
                           ORDER BY id LIMIT :per_run) c""",
    """INSERT INTO jobs (task, queue, args, status, due_at, created_at, started_at, finished_at)
       SELECT 'workers.tasks.send_run', 'mail.bulk', '{}',
              CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'done' END, at, at, at, at
       FROM generate_series(1, 100000) n,
            LATERAL (SELECT now() - interval '10 seconds' * n AS at) t""",
)


async def fill(engine: AsyncEngine, clients: int, deliveries: int) -> None:
    """An installation of that size; every owner has as much as the others."""
    per_run = max(1, deliveries // (OWNERS * RUNS_EACH))
    sizes = {"owners": OWNERS, "each": clients // OWNERS, "runs": RUNS_EACH, "per_run": per_run}
    for statement in FILL:
        async with engine.begin() as connection:
            bound = {name: n for name, n in sizes.items() if f":{name}" in statement}
            await connection.execute(text(statement), bound)
    async with engine.connect() as connection:
        analysing = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await analysing.execute(text("VACUUM ANALYZE"))


async def measure(engine: AsyncEngine, rounds: int) -> dict[str, float]:
    """The 95th percentile of each page, in milliseconds."""
    settings = Settings(secret_key=SecretStr("s" * 32))
    redis = Redis.from_url("redis://127.0.0.1:6379/15")
    deps = Deps(settings, engine, open_sessions(engine), redis)
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        root = await administrators.create(tx, "root@example.org", "seven brown foxes", now)
        token = await service.begin(tx, root, "127.0.0.1", "bench", now)
    async with TestClient(TestServer(make_app(deps)), cookies={"session": token}) as client:
        pages = {path: await _p95(client, path, rounds) for path in PAGES}
    await redis.aclose()
    return pages


async def _p95(client: Any, path: str, rounds: int) -> float:
    await (await client.get(path)).read()  # the day's figures are counted once and then kept
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        answer = await client.get(path, allow_redirects=False)
        await answer.read()
        times.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    return round(quantiles(times, n=20)[-1], 1)


async def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill, measure, sum up."""
    async with scratch() as engine:
        started = time.perf_counter()
        await fill(engine, args.clients, args.deliveries)
        print(f"filled in {time.perf_counter() - started:.0f} s")
        pages = await measure(engine, args.rounds)
    worst = max(pages, key=lambda path: pages[path])
    return {
        "clients": args.clients,
        "deliveries": args.deliveries,
        "pages": pages,
        "worst_p95_ms": pages[worst],
        "worst_page": worst,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--deliveries", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="one JSON object as last line")
    args = parser.parse_args()
    result = asyncio.run(run(args))
    for path, p95 in sorted(result["pages"].items(), key=lambda pair: -pair[1]):
        print(f"{p95:8.1f} ms  {path}")
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
