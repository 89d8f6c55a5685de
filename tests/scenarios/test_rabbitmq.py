"""With a RabbitMQ of the test's own: it may be away, and its page tells what is in it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.jobs import rabbit as page
from core.jobs.rabbit import QueueView
from demo.inbox.serve import RunningInbox
from demo.stand.serve import Running
from demo.tour import Tour
from tests.chaos.rabbit import Rabbit, installed, rabbitmq
from tests.processes import running
from tests.scenarios.conftest import Environment
from tests.scenarios.test_main_job import CLUSTER

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    pytest.mark.skipif(not installed(), reason="no RabbitMQ to start"),
]


@pytest.fixture
async def rabbit(tmp_path: Path) -> AsyncIterator[Rabbit]:
    """A node with the management page."""
    async with rabbitmq(tmp_path / "rabbitmq", ("rabbitmq_management",)) as made:
        yield made


async def test_a_mailing_launched_while_rabbitmq_is_away_is_sent_when_it_is_back(
    environment: Environment,
    stand: Running,
    inbox: RunningInbox,
    rabbit: Rabbit,
    tmp_path: Path,
) -> None:
    tour = Tour(stand.person(), inbox.inbox, print, patience=120)
    async with running(CLUSTER, environment | {"RABBITMQ_URL": rabbit.url}, tmp_path):
        await tour.register()
        await tour.confirm()
        await tour.write_message()
        await tour.add_clients()
        await rabbit.kill()
        before = len(inbox.inbox.mails)
        await tour.launch()  # the bot goes on answering
        await asyncio.sleep(3)
        assert len(inbox.inbox.mails) == before
        await rabbit.start()
        assert await tour.read_mails() == 3
        await tour.stop_and_go()


async def test_the_management_page_shows_queues_their_depth_and_who_listens(
    environment: Environment, rabbit: Rabbit, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{rabbit.management_port}"
    workers = {"worker": ("worker", "--queue", "mail.tx")}
    async with running(workers, environment | {"RABBITMQ_URL": rabbit.url}, tmp_path):
        async with asyncio.timeout(60):
            while not _listened(found := await page.queues(rabbit.url, address)):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
    assert found
    assert [(each.name, each.kind, each.ready) for each in found] == [
        ("mail.bulk", "quorum", 0),
        ("mail.dead", "quorum", 0),
        ("mail.tx", "quorum", 0),
    ]
    assert [each.consumers for each in found] == [0, 0, 1]
    wrong = rabbit.url.replace("guest:guest", "guest:wrong")
    assert await page.queues(wrong, address) is None


def _listened(found: object) -> bool:
    return isinstance(found, list) and any(
        isinstance(each, QueueView) and each.consumers for each in found
    )
