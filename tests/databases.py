"""Databases for tests: copied from a migrated one, emptied after use and used again."""

import asyncio
from uuid import uuid4

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

GROWN = 4 * 2**20  # octets in tables: dropping such a database is quicker than emptying it
AT_ONCE = 20  # databases kept until they are dropped together

# Whoever is still connected leaves; of tables nobody has written to only the names are read.
EMPTY = """
    SET synchronous_commit = off;
    DO $$
    DECLARE each text;
    BEGIN
        PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
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


class Copies:
    """Migrated databases without a row. Emptying one takes a fraction of the time of another
    copy; one that has grown, or whose tables are not those of the template, is not used again."""

    def __init__(self, server: AsyncEngine, template: str, dropping: Dropping) -> None:
        self._server = server
        self._template = template
        self._dropping = dropping
        self._clean: list[str] = []
        self._shape: object = None

    async def take(self) -> str:
        """The name of a clean one."""
        if self._clean:
            return self._clean.pop()
        name = f"mc_test_{uuid4().hex[:8]}"
        await create(self._server, name, self._template)
        return name

    async def give_back(self, name: str) -> None:
        """Empty it for the next test, or have it dropped."""
        self._shape = self._shape or await self._look(self._template)
        if await self._look(name, empty=True) == self._shape:
            self._clean.append(name)
        else:
            await self._dropping.add(name)

    async def finish(self) -> None:
        """Drop the clean ones too."""
        await drop(self._server, *self._clean)

    async def _look(self, name: str, empty: bool = False) -> object:
        """What its tables are like; None for one that has grown or has no tables of ours."""
        connection = await asyncpg.connect(address(self._server, name))
        try:
            if await connection.fetchval(SIZE) > GROWN:
                return None
            if empty:
                await connection.execute(EMPTY)
            return tuple(await connection.fetchrow(SHAPE))
        except asyncpg.PostgresError:
            return None
        finally:
            await connection.close()
