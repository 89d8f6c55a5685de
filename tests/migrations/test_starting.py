"""Every process brings the database up to date when it starts; hardly ever is there anything."""

import asyncio

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from migrations.upgrade import LOCK, config, newest, upgrade


async def test_a_start_does_not_wait_for_one_that_hangs_in_the_middle(engine: AsyncEngine) -> None:
    async with engine.begin() as hanging:
        await hanging.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await asyncio.wait_for(upgrade(engine), 30)


def test_the_newest_revision_is_known_by_its_file() -> None:
    assert newest() == ScriptDirectory.from_config(config()).get_current_head()
