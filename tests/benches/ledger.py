"""A database of its own with a run to be sent, and what its ledger says afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import Sessions, clock, open_sessions
from core.delivery import service
from tests import factories
from tests.benches.mails import HTML, NAMES, SUBJECT
from tests.benches.world import scratch
from tests.core.delivery.makers import mailing

CLIENTS = text("""
    INSERT INTO clients (owner_id, email, first_name, created_at)
    SELECT :owner, 'r' || n || '@example.org', (:names ::text[])[1 + n % :count], now()
    FROM generate_series(0, :most - 1) n
""")


@dataclass
class Ledger:
    """A migrated database."""

    url: str
    engine: AsyncEngine
    sessions: Sessions
    postgres: psutil.Process | None

    async def run(self, recipients: int) -> int:
        """A new run with so many recipients, written down and ready to be sent."""
        async with self.sessions.begin() as tx:
            now = await clock(tx)
            await tx.execute(text("TRUNCATE users, clients CASCADE"))
            owner = await factories.user(tx, name="Магазин «Ёлка», ООО")
            names = {"names": list(NAMES), "count": len(NAMES)}
            await tx.execute(CLIENTS, {"owner": owner.id, "most": recipients, **names})
            await mailing(tx, now, clients=0, owner=owner)
            await tx.execute(
                text("UPDATE message_versions SET subject = :subject, html = :html"),
                {"subject": SUBJECT, "html": HTML},
            )
            await service.start_due(tx, now + timedelta(seconds=1))
            run: int = (await tx.execute(text("SELECT max(id) FROM runs"))).scalar_one()
        while await self._fill(run):
            pass
        await self._vacuum()
        return run

    async def _fill(self, run: int) -> bool:
        async with self.sessions.begin() as tx:
            return await service.fill_slice(tx, run, await clock(tx))

    async def _vacuum(self) -> None:
        async with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as link:
            await link.execute(text("VACUUM ANALYZE deliveries"))
            await link.execute(text("CHECKPOINT"))

    async def statuses(self, run: int) -> dict[str, int]:
        """How many rows stand where."""
        query = text("SELECT status, count(*) FROM deliveries WHERE run_id = :run GROUP BY 1")
        async with self.sessions.begin() as tx:
            return {row[0]: row[1] for row in await tx.execute(query, {"run": run})}

    async def expire(self) -> None:
        """What the scheduler does every few seconds."""
        async with self.sessions.begin() as tx:
            await service.expire(tx, await clock(tx))

    def cpu(self) -> float | None:
        """Seconds that the server and its processes, gone ones too, have worked."""
        if not self.postgres:
            return None
        own = self.postgres.cpu_times()
        total: float = own.user + own.system + own.children_user + own.children_system
        for child in self.postgres.children():
            try:
                times = child.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system
        return total


@asynccontextmanager
async def ledger() -> AsyncIterator[Ledger]:
    """On the server that the tests use."""
    async with scratch() as engine:
        url = engine.url.render_as_string(hide_password=False).replace("+asyncpg", "")
        yield Ledger(url, engine, open_sessions(engine), await _server_process(engine))


async def _server_process(engine: AsyncEngine) -> psutil.Process | None:
    async with engine.connect() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    try:
        return psutil.Process(pid).parent()
    except psutil.Error:
        return None
