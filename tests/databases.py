"""Databases for tests: copied from a migrated one, emptied after use and used again."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import open_engine

GROWN = 4 * 2**20  # octets in tables: dropping such a database is quicker than emptying it
AT_ONCE = 6  # databases kept until they are dropped together
POOL = 10  # connections of a copy that stay open

# Whoever else is connected leaves; of tables nobody has written to only the names are read.
EMPTY = """
    DO $$
    DECLARE each text;
    BEGIN
        PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database()
                AND application_name <> current_setting('application_name');
        SET LOCAL session_replication_role = replica;
        FOR each IN SELECT oid::regclass FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
        LOOP EXECUTE 'DELETE FROM ' || each; END LOOP;
        PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
            FROM pg_sequences WHERE last_value IS NOT NULL;
    END $$
"""
# A copy has its template's numbers; whatever is made anew or altered has others.
SHAPE = """
    SELECT
        (SELECT version_num FROM alembic_version),
        (SELECT sum(oid::bigint * (relnatts + relchecks + 1)) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace),
        (SELECT sum(oid::bigint) FROM pg_constraint),
        (SELECT sum(oid::bigint) FROM pg_trigger),
        (SELECT sum(oid::bigint) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
"""
SIZE = """
    SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""


async def create(server: AsyncEngine, name: str, template: str = "template0") -> None:
    """A new database."""
    async with server.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        await connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))


async def drop(server: AsyncEngine, *names: str) -> None:
    """All at the same moment: each drop is a checkpoint, which writes out all the others; those
    that run side by side throw their pages away first and share one."""
    async with asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(_drop(server, name))


async def _drop(server: AsyncEngine, name: str) -> None:
    async with server.connect() as connection:
        await connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def address(server: AsyncEngine, name: str) -> str:
    """The address of another database on the same server."""
    url = server.url.set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


class Dropping:
    """Databases nobody needs any more, dropped many at a time."""

    def __init__(self, server: AsyncEngine) -> None:
        self._server = server
        self._names: list[str] = []

    async def add(self, name: str) -> None:
        """Drop it, some time."""
        self._names.append(name)
        if len(self._names) >= AT_ONCE:
            await self.finish()

    async def finish(self) -> None:
        """Drop what there is."""
        await drop(self._server, *self._names)
        self._names.clear()


class Copy:
    """A database copied from the template, and an engine that stays open while it is in use."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address
        self.engine = open_engine(address, pool_size=POOL)
        event.listen(self.engine.sync_engine, "do_connect", _named)

    async def emptied(self) -> object:
        """Take out every row; answers what its tables are like, None for one that has grown or
        has no tables of ours."""
        try:
            async with self.engine.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                assert raw
                if await raw.fetchval(SIZE) > GROWN:
                    return None
                await raw.execute(EMPTY)
                return tuple(await raw.fetchrow(SHAPE))
        except (SQLAlchemyError, asyncpg.PostgresError):
            return None


def _named(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
    options["server_settings"] = {"application_name": "kept by the tests"}


class Copies:
    """Migrated databases without a row. Emptying one takes a fraction of the time of another
    copy; one that has grown, or whose tables are not those of the template, is not used again."""

    def __init__(self, server: AsyncEngine, template: str, dropping: Dropping) -> None:
        self._server = server
        self._template = template
        self._dropping = dropping
        self._clean: list[Copy] = []
        self._shape: object = None

    async def take(self) -> Copy:
        """A clean one."""
        if self._clean:
            return self._clean.pop()
        name = f"mc_test_{uuid4().hex[:8]}"
        await create(self._server, name, self._template)
        made = Copy(name, address(self._server, name))
        self._shape = self._shape or await made.emptied()
        return made

    async def give_back(self, copy: Copy) -> None:
        """Empty it for the next test, or have it dropped; every connection has to be back."""
        left = copy.engine.pool.checkedout()  # type: ignore[attr-defined]
        if not left and await copy.emptied() == self._shape:
            self._clean.append(copy)
        else:
            await self._drop(copy)
        assert not left, f"{left} connections were not given back"

    async def finish(self) -> None:
        """Drop the clean ones too."""
        for copy in self._clean:
            await self._drop(copy)

    async def _drop(self, copy: Copy) -> None:
        await copy.engine.dispose()
        await self._dropping.add(copy.name)
