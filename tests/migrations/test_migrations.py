"""Migrations go up and down step by step, and end where the models are."""

from uuid import uuid4

import pytest
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import open_engine
from core.errors import Conflict
from migrations.upgrade import config, upgrade
from tests.databases import address, create, drop
from tests.migrations import rows

# A mailing in the middle of its run, as the first version wrote it: a recipient in each state.
FIRST_DATA = """
    INSERT INTO users (name, email, phone, country, timezone, created_at)
        VALUES ('Анна', 'anna@example.org', '+79990000000', 'RU', 'Europe/Moscow', now());
    INSERT INTO messages (owner_id, slug, created_at) VALUES (1, 'skidki', now());
    INSERT INTO message_versions (message_id, no, subject, html, created_at)
        VALUES (1, 1, 'Скидки', '<p>Здравствуйте!</p>', now());
    UPDATE messages SET version_id = 1;
    INSERT INTO clients (owner_id, email, created_at)
        SELECT 1, 'client' || n || '@example.com', now() FROM generate_series(1, 7) n;
    INSERT INTO mailings (owner_id, message_id, accepted_at) VALUES (1, 1, now());
    INSERT INTO schedules
        (object_type, object_id, task, recurrence, start_at, timezone, created_at)
        VALUES ('mailings', 1, 'workers.tasks.send_mailing', '{"kind": "once"}', now(),
                'Europe/Moscow', now());
    INSERT INTO runs (mailing_id, no, version_id, status, due_at, created_at)
        VALUES (1, 1, 1, 'sending', now(), now());
    INSERT INTO deliveries (run_id, client_id, email, values, status, reason, version_id, due_at,
                            claim, lease_until)
        SELECT 1, n, 'client' || n || '@example.com', '{}', status,
               CASE WHEN status = 'skipped' THEN 'unsubscribed' END, 1, now(),
               CASE WHEN status = 'sending' THEN 'a claim' END,
               CASE WHEN status = 'sending' THEN now() END
        FROM unnest(ARRAY['queued', 'sending', 'sent', 'deferred', 'failed', 'uncertain',
                          'skipped']) WITH ORDINALITY AS state (status, n);
"""
KEPT = text("""
    SELECT d.client_id, d.email, d.status, m.status || r.status || c.email || u.name || v.subject
    FROM deliveries d JOIN runs r ON r.id = d.run_id JOIN mailings m ON m.id = r.mailing_id
    JOIN clients c ON c.id = d.client_id JOIN users u ON u.id = c.owner_id
    JOIN message_versions v ON v.id = d.version_id
    JOIN schedules s ON s.object_id = m.id AND s.object_type = 'mailings'
    ORDER BY d.client_id
""")

EXTENSIONS = (("0009", "0010", "pg_trgm"), ("0021", "0022", "btree_gin"))

REVISIONS = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()]


@pytest.fixture
async def empty(server: AsyncEngine):  # type: ignore[no-untyped-def]  # a generator fixture
    name = f"mc_stairway_{uuid4().hex[:8]}"
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


async def test_what_the_first_version_wrote_comes_through_every_later_one(
    empty: AsyncEngine,
) -> None:
    await upgrade(empty, REVISIONS[-1])
    async with empty.begin() as connection:
        for statement in FIRST_DATA.split(";\n")[:-1]:
            await connection.execute(text(statement))
        before = (await connection.execute(KEPT)).all()
    assert len(before) == 7
    for revision in reversed(REVISIONS):
        await upgrade(empty, revision)
        async with empty.connect() as connection:
            assert (await connection.execute(KEPT)).all() == before, revision


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Can't validate argument")  # of an index that is reflected
async def test_no_step_refuses_or_loses_a_row_of_any_table_before_it(empty: AsyncEngine) -> None:
    before = set[str]()
    for revision in reversed(REVISIONS):
        await upgrade(empty, revision)
        async with empty.begin() as connection:
            found = await connection.run_sync(rows.one_of_each)
        assert all(found[table] for table in before & found.keys()), revision
        before = set(found)
    assert len(before) > 40


async def test_migrations_end_where_the_models_are(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(lambda open_: command.check(config(open_)))


async def test_an_upgrade_of_what_is_up_to_date_changes_nothing(engine: AsyncEngine) -> None:
    await upgrade(engine)
    await upgrade(engine)


async def test_what_a_role_may_not_do_is_said_in_a_line(
    empty: AsyncEngine, server: AsyncEngine
) -> None:
    role = "mc_without_rights"
    async with server.connect() as connection:
        await connection.execute(text(f"DROP ROLE IF EXISTS {role}"))
        await connection.execute(text(f"CREATE ROLE {role}"))
    try:
        for before, step, extension in EXTENSIONS:
            await upgrade(empty, before)
            async with empty.connect() as connection:
                await connection.execute(text(f"SET ROLE {role}"))
                with pytest.raises(Conflict, match=f"CREATE EXTENSION {extension}"):
                    await connection.run_sync(_take, step)
    finally:
        async with server.connect() as connection:
            await connection.execute(text(f"DROP ROLE {role}"))
    await upgrade(empty)


def _take(connection: Connection, step: str) -> None:
    """The step that needs the extension, by itself: alembic's own table is another's."""
    script = ScriptDirectory.from_config(config()).get_revision(step)
    with Operations.context(MigrationContext.configure(connection)):
        script.module.upgrade()
