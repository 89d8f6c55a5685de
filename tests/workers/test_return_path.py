"""With a domain for bounces each mail of a mailing has a return address of its own."""

from collections.abc import Callable

from sqlalchemy import select

from core.bootstrap import Deps
from core.db import Sessions, clock
from core.delivery import marks
from core.delivery.models import Delivery
from core.keys import key_for
from core.letters.requests import request
from tests import factories
from tests.core.delivery.makers import mailing
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working


async def test_a_return_address_names_run_and_client_and_letters_have_none(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    deps = make_deps(bounce_domain="bounces.example.org")
    async with sessions.begin() as tx:
        now = await clock(tx)
        await mailing(tx, now, 3)
        reader = await factories.user(tx)
        await request(tx, reader, "confirm", now)

    async def all_arrived() -> bool:
        return len(sink.accepted) == 4

    async with working(deps):
        await until(all_arrived)
    assert sink.senders.pop(reader.email) == "post@example.org"
    key = key_for(deps.settings, marks.BOUNCE)
    async with sessions() as tx:
        rows = list(await tx.scalars(select(Delivery)))
    for row in rows:
        local, _, domain = sink.senders[row.email].partition("@")
        assert domain == "bounces.example.org"
        assert marks.read(local.removeprefix("bounce+"), key) == (row.run_id, row.client_id)
