"""Bring a database to the newest version, once, however many processes start together."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

VERSIONS = Path(__file__).parent / "versions"
LOCK = 0x4D61696C  # "Mail": the advisory lock that migrating processes queue for


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration without a file, on an open connection."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made


def newest() -> str:
    """The revision that a database comes to by `upgrade`: every start asks, nothing is imported."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


async def is_at(engine: AsyncEngine, revision: str) -> bool:
    """Whether a database is at a revision already."""
    async with engine.connect() as connection:
        if not await connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
            return False
        known = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        return bool(known == revision)


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Migrate under an advisory lock; a database that is up to date is left as it is.

    No lock is taken for looking: whoever holds it may be stopped, or cut off, and nobody else
    could start.
    """
    if revision == "head" and await is_at(engine, newest()):
        return
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(lambda open_: command.upgrade(config(open_), revision))
