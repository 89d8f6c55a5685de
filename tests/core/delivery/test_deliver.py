"""A share of a run over a transport that does as it is told."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from time import monotonic

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, event, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.accounts.rules import Quota, day_of, hour_of
from core.db import Sessions, clock
from core.delivery import service
from core.delivery.models import Delivery, Run
from core.delivery.service import Account, LimitReached
from core.mail.envelopes import each
from core.mail.transport import (
    AccountProblem,
    Envelope,
    Envelopes,
    MayWrite,
    Outcome,
    Result,
    Settle,
)
from core.mailings.models import Mailing
from core.settings import Settings
from tests.core.accounts.makers import smtp_account
from tests.core.delivery.makers import started

SETTINGS = Settings(
    _env_file=None,  # type: ignore[call-arg]
    secret_key=SecretStr("a key for tests"),
    mail_from="post@example.org",
)


class Scripted:
    """Answers the n-th envelope as `answers` says, the others with 250."""

    def __init__(self, *answers: Result, problem_after: int | None = None) -> None:
        self.answers = list(answers)
        self.problem_after = problem_after
        self.pulled: list[Envelope] = []
        self.before: Callable[[], None] = lambda: None

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        async for envelope in each(envelopes):
            self.before()
            if len(self.pulled) == self.problem_after:
                settle(Outcome(envelope.id, Result.RETURNED))
                raise AccountProblem("auth", 535)
            self.pulled.append(envelope)
            written = may_write(envelope)
            answer = self.answers.pop(0) if self.answers else Result.SENT
            settle(Outcome(envelope.id, answer if written else Result.RETURNED, 250))


async def begun(sessions: Sessions, clients: int) -> Run:
    async with sessions.begin() as tx:
        return await started(tx, await clock(tx), clients)


async def deliver(
    sessions: Sessions,
    run: Run,
    transport: Scripted,
    account: Account = Account("a"),  # noqa: B008  it is frozen
    halted: Callable[[], bool] = lambda: False,
) -> int:
    press = service.Press(SETTINGS, run.id)
    return await service.deliver(sessions, run.id, transport, account, press, halted, 10)


async def statuses(sessions: Sessions) -> list[str]:
    async with sessions() as tx:
        return list(await tx.scalars(select(Delivery.status).order_by(Delivery.client_id)))


async def test_every_outcome_stands_in_the_ledger_when_the_share_is_over(
    sessions: Sessions,
) -> None:
    run = await begun(sessions, 5)
    answers = (Result.DEFERRED, Result.FAILED, Result.UNCERTAIN)
    assert await deliver(sessions, run, Scripted(*answers)) == 5
    assert sorted(await statuses(sessions)) == ["deferred", "failed", "sent", "sent", "uncertain"]


async def test_the_message_id_is_the_same_at_every_attempt(sessions: Sessions) -> None:
    run = await begun(sessions, 1)
    transport = Scripted(Result.DEFERRED)
    await deliver(sessions, run, transport)
    async with sessions.begin() as tx:
        await tx.execute(update(Delivery).values(due_at=await clock(tx)))
    await deliver(sessions, run, transport)
    first, second = transport.pulled
    ids = [
        line
        for envelope in (first, second)
        for line in envelope.content.splitlines()
        if line.startswith(b"Message-ID:")
    ]
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_another_sender_changes_the_from_and_leaves_the_message_id(
    sessions: Sessions,
) -> None:
    run, transport = await begun(sessions, 1), Scripted(Result.DEFERRED)
    await deliver(sessions, run, transport)
    async with sessions.begin() as tx:
        await tx.execute(update(Delivery).values(due_at=await clock(tx)))
    press = service.Press(SETTINGS, run.id, "shop@own.example", "Лавка")
    account = Account("shop@own.example")
    await service.deliver(sessions, run.id, transport, account, press, lambda: False, 10)
    mails = [message_from_bytes(each.content, policy=default) for each in transport.pulled]
    assert [str(mail["From"]) for mail in mails] == [
        "Анна <post@example.org>",
        "Лавка <shop@own.example>",
    ]
    assert transport.pulled[1].sender == "shop@own.example"
    assert mails[0]["Message-ID"] == mails[1]["Message-ID"]
    async with sessions() as tx:
        assert (await tx.scalars(select(Delivery.account))).one() == "shop@own.example"


async def test_a_problem_of_the_account_gives_every_other_row_back(sessions: Sessions) -> None:
    run = await begun(sessions, 30)
    with pytest.raises(AccountProblem):
        await deliver(sessions, run, Scripted(problem_after=3))
    counted = await statuses(sessions)
    assert (counted.count("sent"), counted.count("queued")) == (3, 27)


async def test_once_halted_nothing_is_written_and_everything_given_back(
    sessions: Sessions,
) -> None:
    run = await begun(sessions, 30)
    transport = Scripted()
    stopped = []
    transport.before = lambda: stopped.append(True) if len(transport.pulled) == 4 else None
    await deliver(sessions, run, transport, halted=lambda: bool(stopped))
    counted = await statuses(sessions)
    assert (counted.count("sent"), counted.count("queued")) == (4, 26)


async def test_a_daily_limit_is_kept_exactly_and_names_the_next_day(sessions: Sessions) -> None:
    run = await begun(sessions, 8)
    account = await smtp_account(sessions, per_day=5)
    transport = Scripted(Result.RETURNED)
    with pytest.raises(LimitReached) as limited:
        await deliver(sessions, run, transport, account)
    with pytest.raises(LimitReached):  # the one returned does not count
        await deliver(sessions, run, transport, account)
    counted = await statuses(sessions)
    assert (counted.count("sent"), counted.count("queued")) == (5, 3)
    async with sessions() as tx:
        assert limited.value.until == day_of(await clock(tx)) + timedelta(days=1)


async def test_an_owners_quota_is_kept_whatever_the_account_and_is_named(
    sessions: Sessions,
) -> None:
    run = await begun(sessions, 8)
    async with sessions() as tx:
        owner = (await tx.get_one(Mailing, run.mailing_id)).owner_id
    transport = Scripted(Result.RETURNED)  # what comes back does not count
    for name in ("one", "other"):
        account = Account(name, quota=Quota(owner, 5))
        with pytest.raises(LimitReached) as limited:
            await deliver(sessions, run, transport, account)
        assert limited.value.because == "quota"
    counted = await statuses(sessions)
    assert (counted.count("sent"), counted.count("queued")) == (5, 3)


async def test_a_limit_per_second_makes_the_share_wait_and_not_end(sessions: Sessions) -> None:
    run = await begun(sessions, 4)
    account = await smtp_account(sessions, per_second=5)
    began = monotonic()
    assert await deliver(sessions, run, Scripted(), account) == 4
    assert monotonic() - began >= 0.6
    assert await statuses(sessions) == ["sent"] * 4


async def test_a_domain_at_its_limit_does_not_keep_the_others_waiting(sessions: Sessions) -> None:
    run = await begun(sessions, 20)
    async with sessions.begin() as tx:
        first = Delivery.client_id.in_(
            select(Delivery.client_id).order_by(Delivery.client_id).limit(15)
        )
        await tx.execute(update(Delivery).where(first).values(email="one@Busy.example"))
    account = await smtp_account(sessions, domain_limits={"busy.example": {"per_hour": 4}})
    transport = Scripted()
    assert await deliver(sessions, run, transport, account) == 9
    assert [mail.recipient for mail in transport.pulled].count("one@Busy.example") == 4
    async with sessions() as tx:
        waiting = select(Delivery.due_at, Delivery.attempt).where(Delivery.status == "queued")
        rows = (await tx.execute(waiting.order_by(Delivery.due_at))).all()
        now = await clock(tx)
    assert [attempt for _, attempt in rows] == [0] * 11
    gaps = {(b.due_at - a.due_at) for a, b in pairwise(rows)}
    assert gaps == {timedelta(minutes=15)}  # each at a moment of its own, at the domain's pace
    assert rows[0].due_at == hour_of(now) + timedelta(hours=1)


async def test_a_claim_whose_commit_was_not_heard_of_is_given_back(
    sessions: Sessions, engine: AsyncEngine
) -> None:
    run = await begun(sessions, clients=3)
    losses = iter((True,))

    @event.listens_for(engine.sync_engine, "commit")
    def lose(connection: Connection) -> None:
        if next(losses, False):
            connection.connection.commit()
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await deliver(sessions, run, Scripted())
    assert await statuses(sessions) == ["queued"] * 3
    assert await deliver(sessions, run, Scripted()) == 3
    assert await statuses(sessions) == ["sent"] * 3
