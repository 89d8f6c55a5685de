"""A large installation, as far as its figures go: what people have by COPY, the rest by SQL."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import clock, open_sessions

OWNERS = 200
RUNS_EACH = 25
EACH_TIME = 5000  # lines handed over at once
FIRST = ("Anna", "Ivan", "Olga", "Пётр")
LAST = ("Petrova", "Kim", "Орлова")

PEOPLE = """
    INSERT INTO users (name, email, email_confirmed_at, phone, country, timezone, created_at)
    SELECT 'Owner ' || n, 'owner' || n || '@example.org', now(), '+7999' || 1000000 + n, 'RU',
           'Europe/Moscow', now() FROM generate_series(1, :owners) n"""
MAILINGS = (
    """INSERT INTO messages (owner_id, slug, created_at)
       SELECT id, 'sale', now() FROM users ORDER BY id""",
    """INSERT INTO message_versions (message_id, no, subject, html, created_at)
       SELECT id, 1, 'Sale ' || id, '<p>Hello</p>', now() FROM messages ORDER BY id""",
    """UPDATE messages SET version_id = v.id
       FROM message_versions v WHERE v.message_id = messages.id""",
    """INSERT INTO mailings (owner_id, message_id, accepted_at)
       SELECT owner_id, id, now() FROM messages ORDER BY id""",
    """INSERT INTO schedules (object_type, object_id, task, recurrence, start_at, timezone, next_at,
                              created_at)
       SELECT 'mailings', id, 'workers.tasks.send_mailing', '{"kind": "days"}', now(),
              'Europe/Moscow', now() + interval '1 hour' * id, now() FROM mailings""",
    """INSERT INTO runs (mailing_id, no, version_id, status, due_at, created_at, finished_at)
       SELECT m.id, n, g.version_id, 'finished', due, due, due + interval '10 minutes'
       FROM mailings m JOIN messages g ON g.id = m.message_id, generate_series(1, :runs) n,
            LATERAL (SELECT now() - interval '1 day' * (:runs - n) - interval '1 hour' AS due) d
       ORDER BY n, m.id""",
)
BESIDE = (
    """INSERT INTO jobs (task, queue, args, status, due_at, created_at, started_at, finished_at)
       SELECT 'workers.tasks.send_run', 'mail.bulk', '{}',
              CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'done' END, at, at, at, at
       FROM generate_series(1, :beside) n,
            LATERAL (SELECT now() - interval '10 seconds' * n AS at) t""",
    """INSERT INTO audit_log (at, via, actor, actor_id, action, object_type, object_id, object_name,
                              changes)
       SELECT now() - interval '1 minute' * n, 'bot', 'owner', n % :owners + 1, 'edit', 'clients',
              n::text, 'client' || n, '{}' FROM generate_series(1, :beside) n""",
    """INSERT INTO suppressions (owner_id, email, reason, created_at)
       SELECT owner_id, lower(email), 'bounce', now() FROM clients WHERE id % 101 = 0""",
)


async def fill(engine: AsyncEngine, clients: int, deliveries: int) -> None:
    """An installation of that size; every owner has as much as the others."""
    each = clients // OWNERS
    per_run = min(each, max(1, deliveries // (OWNERS * RUNS_EACH)))
    await _write(engine, PEOPLE)
    async with open_sessions(engine)() as tx:
        now = await clock(tx)
    await _copy(engine, "clients", CLIENT, _clients(each, now))
    await _write(engine, *MAILINGS)
    async with engine.connect() as connection:
        found = await connection.execute(
            text("""SELECT r.id, m.owner_id, r.version_id, r.due_at FROM runs r
                    JOIN mailings m ON m.id = r.mailing_id ORDER BY r.id""")
        )
        runs = found.all()
    await _copy(engine, "deliveries", DELIVERY, _deliveries(runs, per_run))
    await _write(engine, *BESIDE)
    async with engine.connect() as connection:
        analysing = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await analysing.execute(text("VACUUM ANALYZE"))


async def _write(engine: AsyncEngine, *statements: str) -> None:
    sizes = {"owners": OWNERS, "runs": RUNS_EACH, "beside": 100_000}
    async with engine.begin() as connection:
        for each in statements:
            bound = {name: n for name, n in sizes.items() if f":{name}" in each}
            await connection.execute(text(each), bound)


CLIENT = ("id", "owner_id", "email", "first_name", "last_name", "active", "created_at")
DELIVERY = (
    "run_id",
    "client_id",
    "email",
    "values",
    "status",
    "version_id",
    "attempt",
    "due_at",
    "account",
    "smtp_code",
    "smtp_text",
    "settled_at",
)


def _clients(each: int, now: datetime) -> Iterator[str]:
    """Owners take turns, as they do in life."""
    for id_ in range(1, each * OWNERS + 1):
        n, owner = (id_ - 1) // OWNERS + 1, (id_ - 1) % OWNERS + 1
        name = f"{FIRST[n % 4]}\t{LAST[n % 3]}"
        yield f"{id_}\t{owner}\t{_address(n, owner)}\t{name}\t{n % 50 != 0}\t{now}\n"


def _deliveries(runs: Any, per_run: int) -> Iterator[str]:
    for run, owner, version, due in runs:
        for n in range(1, per_run + 1):
            client = (n - 1) * OWNERS + owner
            state = "failed" if client % 997 == 0 else "sent"
            state = "uncertain" if client % 9973 == 0 else state
            to = f"{run}\t{client}\t{_address(n, owner)}\t{{}}\t{state}"
            yield f"{to}\t{version}\t1\t{due}\tsmtp\t250\tOK\t{due}\n"


def _address(n: int, owner: int) -> str:
    return f"client{n}.{owner}@example.com"


async def _copy(
    engine: AsyncEngine, table: str, columns: tuple[str, ...], lines: Iterator[str]
) -> None:
    async def packed() -> AsyncIterator[bytes]:
        while some := list(islice(lines, EACH_TIME)):
            yield "".join(some).encode()

    async with engine.begin() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.copy_to_table(table, source=packed(), columns=columns)
        if "id" in columns:
            follow = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608  our own names
            await connection.execute(text(follow))
