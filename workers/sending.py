"""Mails on their way: through the first account that can send, the next when it cannot."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from core.accounts import grants, rules, state
from core.accounts.choice import Blocked, Choice, Way, choose
from core.db import clock
from core.delivery import sample
from core.delivery import service as delivery
from core.delivery.models import Run
from core.delivery.rules import held_because
from core.delivery.sql import steady
from core.letters import service as letters
from core.mail.transport import AccountProblem, Envelope, Outcome
from core.mailings.models import Mailing
from core.settings import Settings
from core.users.models import User
from workers.lingering import Lingering
from workers.worker import Worker

log = structlog.get_logger(__name__)

BULK = "mail.bulk"
SLICE = 20.0  # seconds of sending before a run's job lets others have a turn
BUSY = timedelta(seconds=1)  # until connections may be free again


async def send_share(worker: Worker, run_id: int) -> Blocked | None:
    """Send what is due of a run for a while; answers what it waits for if no account can."""
    query = select(Mailing.id, Mailing.owner_id, Mailing.held_because).join(Run)
    async with worker.sessions.begin() as tx:
        now = await clock(tx)
        mailing, owner, held = (await tx.execute(query.where(Run.id == run_id))).one()
        over = await delivery.is_over(tx, run_id, now)
        choice = await choose(tx, worker.settings, owner, now)
    worker.stopped.discard(mailing)  # before the claim, which sees what is true now
    if over:
        await _leave_out(worker, run_id)
        return None
    blocked = list(choice.blocked)
    for way in choice.ready:
        stopped = await _share(worker, run_id, mailing, way, held)
        if stopped is None:
            return None
        blocked.append(stopped)
    return await _held(worker, run_id, blocked)


async def _leave_out(worker: Worker, run_id: int) -> None:
    """Nobody who waits is written to any more, which takes neither an account nor a grant."""
    left_out = 1
    while left_out and not worker.stop.is_set():
        async with worker.sessions.begin() as tx:
            left_out = await delivery.leave_out(tx, run_id, await steady(tx))


async def _share(
    worker: Worker, run_id: int, mailing: int, way: Way, held: str | None
) -> Blocked | None:
    """A share through one account; answers why the account cannot, or None.

    What is left of it when the server does not answer goes on beside the job.
    """
    lingering = Lingering(worker, run_id)
    sending = worker.shares.start(
        _sent(worker, run_id, mailing, way, held, lingering), f"share of run {run_id}"
    )
    try:
        return sending.result() if await lingering.over(sending) else None
    except asyncio.CancelledError:
        sending.cancel()
        await asyncio.wait((sending,))
        raise


async def _sent(
    worker: Worker,
    run_id: int,
    mailing: int,
    way: Way,
    held: str | None,
    lingering: Lingering,
) -> Blocked | None:
    def halted() -> bool:
        return worker.stop.is_set() or mailing in worker.stopped or BULK in worker.resting

    task = f"run {run_id}.{next(worker.numbers)}"
    try:
        async with worker.transport(way, task) as (transport, lingering.held):
            if transport is None:
                return Blocked(await _in(worker, BUSY), "")
            settled = await delivery.deliver(
                worker.sessions,
                run_id,
                transport,
                way.account,
                _press(worker.settings, run_id, way),
                halted,
                1.0 if held else SLICE,  # one held until now is only tried
                worker.journal,
                lingering.claimed_all,
            )
    except AccountProblem as problem:
        return await _backs_off(worker, way, problem)
    except delivery.LimitReached as limit:
        return Blocked(limit.until, limit.because)
    log.info("share sent", run=run_id, account=way.account.id, settled=settled)
    if settled:
        await _works(worker, run_id, way, held)
    return None


def _press(settings: Settings, run_id: int, way: Way) -> delivery.Press:
    """An owner's server takes no return address but the owner's."""
    bounces = None if way.guarded else settings.bounce_domain
    return delivery.Press(settings, run_id, way.sender, way.sender_name, bounces)


async def _works(worker: Worker, run_id: int, way: Way, held: str | None) -> None:
    """What was held against the account and the mailing is over."""
    async with worker.sessions.begin() as tx:
        if way.troubled:
            await state.recovered(tx, way.account.id)
        if held:
            await delivery.hold(tx, run_id, None)


async def _backs_off(worker: Worker, way: Way, problem: AccountProblem) -> Blocked:
    """The account is left alone by every worker for a while."""
    log.warning(
        "account cannot send", account=way.account.id, problem=problem.kind, code=problem.code
    )
    async with worker.sessions.begin() as tx:
        until = await state.back_off(tx, way.account.id, problem, await clock(tx))
    return Blocked(until, problem.kind)


async def _held(worker: Worker, run_id: int, blocked: list[Blocked]) -> Blocked:
    """No account can send: the owner is told why the one that may be first again cannot."""
    first = min(blocked, key=lambda each: each.until)
    if first.because:
        async with worker.sessions.begin() as tx:
            await delivery.hold(tx, run_id, held_because(first.because))
    return first


async def _in(worker: Worker, pause: timedelta) -> datetime:
    async with worker.sessions() as tx:
        return await clock(tx) + pause


async def post_letter(worker: Worker, letter_id: int) -> None:
    """Send a letter of the service itself. Its owner waits for it: it counts, but is not kept
    back by an account's limits."""
    async with worker.sessions.begin() as tx:
        choice = await choose(tx, worker.settings, None, await clock(tx))
    sender = choice.ready[0].sender if choice.ready else None

    async def post(envelope: Envelope) -> Outcome:
        return await _posted(worker, choice, envelope)

    username = await worker.bot_username()
    await letters.send(
        worker.sessions, letter_id, post, worker.settings, sender=sender, bot_username=username
    )


async def post_sample(worker: Worker, message_id: int, user_id: int, client_id: int) -> None:
    """Send an owner their own letter through the account that would send it to others."""
    async with worker.sessions.begin() as tx:
        now = await clock(tx)
        owner = await tx.get_one(User, user_id)
        choice = await choose(tx, worker.settings, user_id, now)
        way = choice.ready[0] if choice.ready else None
        sender = (way.sender, way.sender_name) if way else (None, None)
        press = delivery.Press(worker.settings, sample.NOBODY, *sender)
        envelope = await sample.envelope(tx, press, owner, message_id, client_id, now)
    if envelope is not None:
        outcome = await _posted(worker, choice, envelope)
        log.info("sample sent", message=message_id, result=outcome.result)


async def _posted(worker: Worker, choice: Choice, envelope: Envelope) -> Outcome:
    if not choice.ready:
        raise AccountProblem("connect", text="no mail account can send now")
    way = choice.ready[0]
    async with worker.sessions.begin() as tx:
        domains = [rules.domain_of(envelope.recipient)]
        await grants.spend(tx, way.account, domains, await clock(tx))
    try:
        outcome = await (await worker.poster(way)).post(envelope)
    except AccountProblem as problem:
        await _backs_off(worker, way, problem)
        raise
    if way.troubled:
        async with worker.sessions.begin() as tx:
            await state.recovered(tx, way.account.id)
    return outcome
