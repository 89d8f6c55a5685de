"""Dates are computed anew when a government moves its clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.db import Transaction
from core.scheduling import rules, zones
from core.scheduling.recurrence import Recurrence
from core.scheduling.refresh import refresh
from core.scheduling.service import create_task_interval
from tests import factories

TASK = "workers.tasks.send_mailing"
HOUR = timedelta(hours=1)


@pytest.fixture
def _new_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vilnius (UTC+2 in winter) has decided to live by the clocks of Warsaw (UTC+1)."""
    monkeypatch.setattr(zones, "version", lambda: "2099a")
    for module in (rules, zones):
        monkeypatch.setattr(module, "ZoneInfo", lambda _name: ZoneInfo("Europe/Warsaw"), False)
    monkeypatch.setattr(zones, "zone_of", lambda _name: ZoneInfo("Europe/Warsaw"))


async def test_a_date_to_come_keeps_its_time_on_the_wall(
    tx: Transaction, now: datetime, request: pytest.FixtureRequest
) -> None:
    owner = await factories.user(tx, timezone="Europe/Vilnius")
    begun = await create_task_interval(owner, TASK, Recurrence("days"), now, now=now)
    message = await factories.message(tx, owner)
    start = now + timedelta(days=3)
    ahead = await create_task_interval(
        message, TASK, Recurrence("days"), start, timezone="Europe/Vilnius", now=now
    )
    begun.next_at = now + timedelta(days=1)
    await tx.flush()
    assert await refresh(tx, now) == 0
    request.getfixturevalue("_new_data")
    assert await refresh(tx, now) == 2
    assert (ahead.start_at, ahead.next_at) == (start + HOUR, start + HOUR)
    assert begun.next_at == now + timedelta(days=1)  # by the start, which has been
    assert await refresh(tx, now) == 0


def test_the_version_is_one_of_iana() -> None:
    assert 2020 < int(zones.version()[:4]) <= datetime.now(UTC).year  # noqa: TID251
