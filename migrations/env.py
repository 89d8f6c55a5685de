"""Alembic's environment: the models of core, on the connection it is handed or DATABASE_URL."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from core import models  # noqa: F401  fills the metadata
from core.db import Base, open_engine


def migrate(connection: Connection) -> None:
    """Run what was asked for on an open connection."""
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_migrate() -> None:
    """For alembic's own command line."""
    engine = open_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


if (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    asyncio.run(connect_and_migrate())
