"""Bring a database to the newest version, once, however many processes start together."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

LOCK = 0x4D61696C  # "Mail": the advisory lock that migrating processes queue for


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration without a file, on an open connection."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made


def newest() -> str:
    """The revision that a database comes to by `upgrade`."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Migrate under an advisory lock; a database that is up to date is left as it is."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(lambda open_: command.upgrade(config(open_), revision))
