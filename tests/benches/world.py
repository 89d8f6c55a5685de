"""A database of a bench's own, dropped with the block."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import open_engine
from core.embedded import postgres
from migrations.upgrade import upgrade
from tests.conftest import LOCAL, reachable
from tests.databases import address, create, drop


@asynccontextmanager
async def scratch(*, embedded: bool = False) -> AsyncIterator[AsyncEngine]:
    """A migrated, empty database on the server that the tests use, or on one as it is embedded."""
    async with AsyncExitStack() as stack:
        url = os.environ.get("TEST_DATABASE_URL") or (LOCAL if reachable(5432) else "")
        if embedded or not url:
            folder = stack.enter_context(TemporaryDirectory(prefix="mail-center-bench-"))
            os.chmod(folder, 0o711)  # noqa: S103  PostgreSQL's own account has to enter
            url = await stack.enter_async_context(postgres(Path(folder)))
        server = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
        stack.push_async_callback(server.dispose)
        name = f"mc_bench_{uuid4().hex[:8]}"
        await create(server, name)
        stack.push_async_callback(drop, server, name)
        engine = open_engine(address(server, name))
        stack.push_async_callback(engine.dispose)
        await upgrade(engine)
        yield engine
