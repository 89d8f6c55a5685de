"""An installation that goes on from a backup."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import update

from core import backup
from core.bootstrap import Deps, build
from core.db import Sessions, clock
from core.jobs.models import Job
from core.mailings.models import Mailing
from tests.core.mail.sink import Sink
from tests.workers.conftest import REDIS, until, working
from tests.workers.test_worker import accepted, freeze, nothing_claimed, unfreeze, until_finished


async def sent_until_frozen(sessions: Sessions, sink: Sink, deps: Deps) -> Mailing:
    """A mailing that was frozen in the middle of its run."""
    made = await accepted(sessions, 300)
    async with working(deps):

        async def begun() -> bool:
            return len(sink.times) > 20

        await until(begun)
        await freeze(sessions, made)

        await until(lambda: nothing_claimed(sessions))
    return made


async def test_a_frozen_run_goes_on_after_a_restore_and_nobody_is_mailed_twice(
    sessions: Sessions,
    make_deps: Callable[..., Deps],
    database_url: str,
    empty_database_url: str,
    sink: Sink,
    tmp_path: Path,
) -> None:
    deps = make_deps()
    sink.delay = 0.01
    made = await sent_until_frozen(sessions, sink, deps)
    assert len(sink.times) < 300
    await backup.save(database_url, tmp_path / "backup.gz", deps.settings)

    restored = build(deps.settings, empty_database_url, REDIS)
    await backup.load(restored.engine, tmp_path / "backup.gz")
    async with restored.sessions.begin() as tx:
        assert await backup.hold(tx, await clock(tx)) == backup.Held(0, 0)
        await tx.execute(update(Job).values(kicked_at=None))
    await unfreeze(restored.sessions, made)
    async with working(restored):
        await until_finished(restored.sessions, made)
    assert len(sink.times) == 300
    assert set(sink.times.values()) == {1}
    await restored.aclose()
