"""What is over ends, though no account could send."""

from collections.abc import Callable

from core.bootstrap import Deps
from core.db import Sessions, clock
from core.mailings import service as mailings
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working
from tests.workers.test_accounts import held_because
from tests.workers.test_worker import accepted, owner_of, statuses, until_finished


async def test_a_mailing_that_waits_for_an_account_is_over_once_its_owner_finishes_it(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    made = await accepted(sessions, 5)
    owner = await owner_of(sessions, made)

    async def held() -> bool:
        return await held_because(sessions, made) is not None

    async with working(make_deps(smtp_host=None)):
        await until(held)
        async with sessions.begin() as tx:
            await mailings.finish(tx, owner, made.id, await clock(tx))
        await until_finished(sessions, made)
    assert await statuses(sessions) == {"skipped": 5}
    assert not sink.accepted
