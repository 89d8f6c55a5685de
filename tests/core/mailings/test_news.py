"""What owners are told of: too many bounces, standstills, the week in numbers."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from core.db import Transaction
from core.delivery.models import Delivery, Run
from core.delivery.returns import Return
from core.mailings import digest, watch
from core.mailings.models import Mailing
from core.users import news
from core.users.news import News
from tests.core.delivery.makers import started

MONDAY = datetime(2026, 12, 7, 6, 30, tzinfo=UTC)  # half past nine in Moscow


async def sent(tx: Transaction, now: datetime, clients: int, bounced: int) -> Run:
    run = await started(tx, now, clients)
    rows = (await tx.scalars(select(Delivery).where(Delivery.run_id == run.id))).all()
    for row in rows:
        row.status, row.settled_at = "sent", now
    run.status, run.finished_at = "finished", now
    for row in rows[:bounced]:
        told = {"reason": "user_unknown", "text": "", "received_at": now, "permanent": True}
        tx.add(Return(run_id=run.id, client_id=row.client_id, kind="bounce", **told))
    await tx.flush()
    return run


async def all_news(tx: Transaction) -> list[News]:
    return list(await tx.scalars(select(News).order_by(News.id)))


async def test_more_than_five_in_a_hundred_bounces_are_told_of_once(
    tx: Transaction, now: datetime
) -> None:
    await sent(tx, now, 40, 2)
    await watch.tell_of_bounces(tx, now)
    assert not await all_news(tx)
    run = await sent(tx, now, 40, 3)
    for _look in range(2):
        await watch.tell_of_bounces(tx, now)
    [told] = await all_news(tx)
    assert told.kind == "bounces"
    assert told.data == {"mailing": run.mailing_id, "run": run.id, "bounced": 3, "sent": 40}


async def test_a_run_that_waits_for_its_account_is_found(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    mailing.held_because = "auth"
    await tx.flush()
    held = await watch.standing_still(tx)
    assert held == {(run.id, "auth"): (mailing.owner_id, mailing.id)}
    for _look in range(2):
        await watch.tell_of_standstill(tx, run.id, "auth", *held[run.id, "auth"], now)
    assert [each.kind for each in await all_news(tx)] == ["account"]


def test_a_short_outage_is_nobodys_news() -> None:
    seen, patience = {(1, "unreachable"): 100.0, (2, "auth"): 100.0}, {"unreachable": 60, "auth": 0}
    assert watch.overdue(seen, 130.0, patience) == [(2, "auth")]
    assert watch.overdue(seen, 160.0, patience) == [(1, "unreachable"), (2, "auth")]


async def test_the_week_is_written_down_once_on_monday_morning(
    tx: Transaction, now: datetime
) -> None:
    await sent(tx, MONDAY - timedelta(days=3), 5, 1)
    assert not await digest.write(tx, MONDAY - timedelta(hours=1))  # half past eight there
    assert not await digest.write(tx, MONDAY + timedelta(days=1))
    assert await digest.write(tx, MONDAY) == 1
    assert not await digest.write(tx, MONDAY + timedelta(hours=2))
    [told] = await all_news(tx)
    assert told.key == "digest:2026-49"
    assert {name: told.data[name] for name in ("runs", "sent", "failed", "bounced")} == {
        "runs": 1,
        "sent": 5,
        "failed": 0,
        "bounced": 1,
    }


async def test_who_sent_nothing_gets_no_week(tx: Transaction) -> None:
    await sent(tx, MONDAY - timedelta(days=30), 5, 0)
    assert not await digest.write(tx, MONDAY)


async def test_old_news_is_dropped(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now)
    owner = (await tx.get_one(Mailing, run.mailing_id)).owner_id
    await news.tell(tx, [owner], "digest", "digest:1", now - news.KEPT - timedelta(days=1))
    await news.tell(tx, [owner], "digest", "digest:2", now)
    assert await news.forget_old(tx, now) == 1
    assert [each.key for each in await all_news(tx)] == ["digest:2"]
