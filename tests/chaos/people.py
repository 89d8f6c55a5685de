"""People who use the product while it suffers: they launch mailings in the chat, freeze them, let
them go on or finish them; and freezes without the chat, which are quicker."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy import select, text

from bot.mailings.callbacks import MailingAction
from core.db import Transaction, clock
from core.delivery.models import Delivery, Run
from core.errors import Conflict
from core.mailings import queries as mailing_queries
from core.mailings import service as mailings
from core.users.models import User
from demo.stand.person import Person
from demo.stand.seen import Seen
from tests.chaos.claims import patiently
from tests.chaos.load import Expected, Launches
from tests.chaos.oracle import Mail
from tests.chaos.stage import Stage

PATIENCE = 12.0  # seconds for an answer in the chat, then the person begins anew
TRIES = 4
CARD = ("cancel", "start", "freeze", "unfreeze", "report")  # buttons of a launched mailing
FROZEN = 4.0  # seconds
LOOK = 0.02
LOOK_FOR_A_RUN = 0.2
FINISHED = 3  # one in so many is not continued


@dataclass
class Freeze:
    """From the moment at which nothing was under way any more, until the mailing went on."""

    mailing: int
    runs: set[int]
    since: float  # monotonic
    until: float = float("inf")
    doubted: set[Mail] = field(default_factory=set)  # in doubt by then: they may have left
    midway: bool = False
    tapped: bool = False  # in the chat


# ---------------------------------------------------------------------------- freezing


async def freeze_some(stage: Stage, expected: Expected, stop: asyncio.Event) -> list[Freeze]:
    """Freeze each freezable mailing while its first mails go out, and let it go on later."""
    return [
        await _freeze(stage, expected.owner, mailing, run)
        for mailing in expected.freezable
        if (run := await _under_way(stage, mailing, stop))
    ]


async def _under_way(stage: Stage, mailing: int, stop: asyncio.Event) -> int | None:
    """The mailing's run once something of it was on the wire."""
    query = select(Run.id).where(Run.mailing_id == mailing)
    run: int | None = None
    while not stop.is_set():
        run = run or await patiently(stage, lambda tx: tx.scalar(query))
        if run and stage.services.oracle.begun_of(run):
            return run
        await asyncio.sleep(LOOK if run else LOOK_FOR_A_RUN)
    return None


async def _freeze(stage: Stage, owner: int, mailing: int, run: int) -> Freeze:
    async def freeze(tx: Transaction) -> bool:
        actor = await tx.get_one(User, owner)
        try:
            await mailings.freeze(tx, actor, mailing, await clock(tx))
        except Conflict:  # it has finished meanwhile
            return False
        return True

    async def unfreeze(tx: Transaction) -> None:
        actor = await tx.get_one(User, owner)
        if (await mailing_queries.get(tx, actor, mailing)).status == "frozen":
            await mailings.unfreeze(tx, actor, mailing, await clock(tx))

    midway = await patiently(stage, freeze, writes=True)
    while await patiently(stage, lambda tx: _claimed(tx, run)):  # noqa: ASYNC110  the database's
        await asyncio.sleep(LOOK)
    doubted = await patiently(stage, lambda tx: _doubted(tx, run))
    made = Freeze(mailing, {run}, monotonic(), doubted=doubted, midway=midway)
    if midway:
        await asyncio.sleep(FROZEN)
        made.until = monotonic()
        await patiently(stage, unfreeze, writes=True)
    return made


async def _claimed(tx: Transaction, run: int) -> bool:
    query = text("SELECT EXISTS (SELECT FROM claims WHERE run_id = :run)")
    return bool(await tx.scalar(query, {"run": run}))


async def _doubted(tx: Transaction, run: int) -> set[Mail]:
    query = select(Delivery.client_id).where(Delivery.run_id == run, Delivery.status == "uncertain")
    return {(run, client) for client in await tx.scalars(query)}


async def freeze_by_taps(
    stage: Stage, expected: Expected, person: Person, stop: asyncio.Event
) -> list[Freeze]:
    """The same in the chat: from the moment at which the card says so."""
    return [
        await Tapping(stage, person, mailing, f"Tapped {number} · ", stop).freeze(run, number)
        for number, mailing in enumerate(expected.tapped)
        if (run := await _under_way(stage, mailing, stop))
    ]


@dataclass
class Tapping:
    """A mailing's buttons in the hands of a person, who taps until the card shows it."""

    stage: Stage
    person: Person
    mailing: int
    head: str  # of the card, before the word for the state
    stop: asyncio.Event

    async def freeze(self, run: int, number: int) -> Freeze:
        """Freeze it; after a while let it go on, or finish it for good."""
        said = await self._tap("freeze", "Frozen", "Finished")
        made = Freeze(self.mailing, {run}, monotonic(), midway=said == "Frozen", tapped=True)
        made.doubted = await patiently(self.stage, lambda tx: _doubted(tx, run))
        if not made.midway:
            return made
        await asyncio.sleep(FROZEN)
        if number % FINISHED:
            made.until = monotonic()
            await self._tap("unfreeze", "Active", "Finished")
        else:
            await self._tap("finish_sure", "Finished")
        return made

    async def _tap(self, verb: str, *words: str) -> str:
        """Tap until the card shows one of the words, which is answered."""
        while not self.stop.is_set():
            with suppress(AssertionError):
                await self.person.type("/start")
                await self.person.wait_for(lambda seen: bool(seen.buttons), PATIENCE)
                action = MailingAction(verb=verb, id=self.mailing).pack()
                await self.person.press(self.person.last.id, action, PATIENCE)
                shown = await self.person.wait_for(lambda seen: bool(self._said(seen, words)))
                return self._said(shown, words)
        return ""

    def _said(self, seen: Seen, words: tuple[str, ...]) -> str:
        heads = (line.partition(self.head) for line in seen.text.splitlines())
        return next((after for _, found, after in heads if found and after in words), "")


# ---------------------------------------------------------------------------- launching


async def launch_some(
    launches: Launches, person: Person, every: float, over: asyncio.Event
) -> None:
    """Launch one message after the other by taps; each is accepted with a single tap."""
    for message in launches.messages:
        if over.is_set():
            return
        began = monotonic()
        for _ in range(TRIES):
            if await _launched(launches, person, message):
                break
        await asyncio.sleep(max(0.0, began + every - monotonic()))


async def _launched(launches: Launches, person: Person, message: int) -> bool:
    """Whether a tap on Launch was made; without an answer before it one begins anew."""
    with suppress(AssertionError):
        await person.type("/start")
        await person.wait_for(lambda seen: bool(seen.buttons), PATIENCE)
        screen = person.last
        for action in (MailingAction(verb="begin", id=message), MailingAction(verb="check")):
            await person.press(screen.id, action.pack(), PATIENCE)
        ready = await person.wait_for(lambda seen: _has(seen, ("accept",)), PATIENCE)
        launches.tapped.add(message)
        with suppress(AssertionError):
            await person.press(ready.id, MailingAction(verb="accept").pack(), PATIENCE)
            await person.wait_for(lambda seen: seen.id >= ready.id and _has(seen, CARD), PATIENCE)
            launches.shown.add(message)
        return True
    return False


def _has(seen: Seen, verbs: tuple[str, ...]) -> bool:
    return any(_verb(button.data) in verbs for button in seen.each_button())


def _verb(data: str | None) -> str:
    with suppress(ValueError, TypeError):
        return MailingAction.unpack(data or "").verb
    return ""
