"""Sending a letter: claim, compose, post, settle. Whoever posts is handed in."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import update

from core.db import Sessions, Transaction, clock
from core.jobs.service import enqueue
from core.letters.compose import compose
from core.letters.models import Letter
from core.letters.requests import TASK
from core.mail.presets import sender_of
from core.mail.transport import AccountProblem, Envelope, Outcome, Result
from core.settings import Settings

Post = Callable[[Envelope], Awaitable[Outcome]]

LEASE = timedelta(minutes=5)
ATTEMPTS = 12
GIVE_UP_AFTER = timedelta(hours=6)  # a code that comes a day late helps nobody


async def send(
    sessions: Sessions,
    letter_id: int,
    post: Post,
    settings: Settings,
    *,
    sender: str | None = None,
    bot_username: str | None = None,
) -> None:
    """Send one letter if it is due, from `sender` where the account that is used has one of its
    own; every way this ends is written in its row.

    A letter whose sender dies while posting becomes uncertain by `sweep` and is not sent again by
    itself: its reader can ask for another.
    """
    async with sessions.begin() as tx:
        now = await clock(tx)
        letter = await claim(tx, letter_id, now)
        if letter is None:
            return
        sender = sender or sender_of(settings)
        content = await compose(tx, letter, settings, now, sender=sender, bot_username=bot_username)
    outcome = await _posted(post, letter, sender, content)
    async with sessions.begin() as tx:
        await settle(tx, letter, outcome, await clock(tx), printed=settings.debug)


async def claim(tx: Transaction, letter_id: int, now: datetime) -> Letter | None:
    """Take a due letter; None when another worker has it or it is settled."""
    free = (Letter.status.in_(("queued", "deferred")), Letter.due_at <= now)
    taken = update(Letter).where(Letter.id == letter_id, *free)
    values = {"status": "sending", "attempt": Letter.attempt + 1, "lease_until": now + LEASE}
    letter: Letter | None = await tx.scalar(taken.values(values).returning(Letter))
    return letter


async def _posted(post: Post, letter: Letter, sender: str, content: bytes) -> Outcome:
    try:
        return await post(Envelope(letter.id, sender, letter.recipient, content))
    except AccountProblem as problem:
        return Outcome(letter.id, Result.RETURNED, problem.code, text=str(problem))


async def settle(
    tx: Transaction, letter: Letter, outcome: Outcome, now: datetime, *, printed: bool = False
) -> None:
    """Write down what became of this attempt, and queue the next one where there is one."""
    again = outcome.result in (Result.DEFERRED, Result.RETURNED) and _worth_another(letter, now)
    due_at = now + pause(letter.attempt) if again else letter.due_at
    mine = (
        Letter.id == letter.id,
        Letter.status == "sending",
        Letter.attempt == letter.attempt,
    )
    changed = await tx.execute(
        update(Letter)
        .where(*mine)
        .values(
            status="deferred" if again else _final(outcome.result),
            lease_until=None,
            due_at=due_at,
            smtp_code=outcome.code,
            smtp_text=outcome.text,
            printed=printed,
            settled_at=None if again else now,
        )
        .returning(Letter.id)
    )
    if changed.first() and again:
        key = f"letter:{letter.id}:{letter.attempt}"
        await enqueue(tx, TASK, "mail.tx", {"letter_id": letter.id}, now, key=key, due_at=due_at)


def pause(attempt: int) -> timedelta:
    """15 s after the first refusal, then longer and longer, at most half an hour."""
    return min(timedelta(seconds=15 << (attempt - 1)), timedelta(minutes=30))


def _worth_another(letter: Letter, now: datetime) -> bool:
    return letter.attempt < ATTEMPTS and now - letter.created_at < GIVE_UP_AFTER


def _final(result: Result) -> str:
    return "failed" if result in (Result.DEFERRED, Result.RETURNED) else result.value


async def sweep(tx: Transaction, now: datetime) -> int:
    """Letters whose sender has gone are uncertain: perhaps the server has them. Says how many."""
    lost = (Letter.status == "sending", Letter.lease_until < now)
    values = {"status": "uncertain", "lease_until": None, "settled_at": now}
    done = await tx.execute(update(Letter).where(*lost).values(values).returning(Letter.id))
    return len(done.all())
