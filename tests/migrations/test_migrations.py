"""Migrations go up and down step by step, and end where the models are."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import open_engine
from migrations.upgrade import config, upgrade
from tests.conftest import address, create, drop

REVISIONS = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()]


@pytest.fixture
async def empty(server: AsyncEngine):  # type: ignore[no-untyped-def]  # a generator fixture
    name = "mc_stairway"
    await drop(server, name)
    await create(server, name)
    engine = open_engine(address(server, name))
    yield engine
    await engine.dispose()
    await drop(server, name)


async def test_each_step_goes_up_down_and_up_again(empty: AsyncEngine) -> None:
    for revision in reversed(REVISIONS):
        for step in (
            lambda open_, to=revision: command.upgrade(config(open_), to),
            lambda open_: command.downgrade(config(open_), "-1"),
            lambda open_, to=revision: command.upgrade(config(open_), to),
        ):
            async with empty.begin() as connection:
                await connection.run_sync(step)


async def test_migrations_end_where_the_models_are(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(lambda open_: command.check(config(open_)))


async def test_an_upgrade_of_what_is_up_to_date_changes_nothing(engine: AsyncEngine) -> None:
    await upgrade(engine)
    await upgrade(engine)
