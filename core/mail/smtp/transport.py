"""Sending over several connections at once: `SmtpTransport`.

A lane is one connection after another. The first lane goes alone until it has signed in, so that
a wrong password is tried once; then there are as many as envelopes wait, up to the account's
number. A connection that got something accepted before it ended is renewed; one that did not
retires its lane, and with the last lane the account has a problem.
"""

import asyncio
from typing import cast

from core.mail.envelopes import source
from core.mail.smtp.chunking import Chunking
from core.mail.smtp.desk import Desk
from core.mail.smtp.dialogue import SignedIn, sign_in
from core.mail.smtp.lockstep import Lockstep
from core.mail.smtp.pipelining import Pipelining
from core.mail.smtp.session import Session
from core.mail.transport import (
    AccountProblem,
    Envelope,
    Envelopes,
    MayWrite,
    Outcome,
    Server,
    Settle,
    Source,
)


class SmtpTransport:
    """The transport of one account."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        """Send until there are no more; raises AccountProblem when some could not be sent."""
        await _Sending(self.server, source(envelopes), settle, may_write).run()

    async def post(self, envelope: Envelope) -> Outcome:
        """Send one mail."""
        outcomes: list[Outcome] = []
        await self.send((envelope,), outcomes.append, lambda _: True)
        return outcomes[0]


class _Sending:
    """One call of `send`."""

    def __init__(self, server: Server, source: Source, settle: Settle, may_write: MayWrite) -> None:
        self._server = server
        self._source = source
        self._desk = Desk(source, settle, may_write, self)
        self._hungry = asyncio.Event()
        self._done = asyncio.Event()
        self._sessions: set[Session] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._lanes = 0
        self._allowed = server.connections
        self._signed_in = False
        self._round_trip = float("inf")
        self._problem: AccountProblem | None = None
        self._broken: Exception | None = None

    async def run(self) -> None:
        """Send everything, or as much as the account allows."""
        try:
            async with asyncio.TaskGroup() as self._group:
                await self._until_done()
        finally:
            while self._desk.waiting:
                self._desk.give_back(self._desk.waiting.popleft(), self._problem)
            self._desk.say()
        if self._broken:
            raise self._broken
        if self._problem and (self._desk.returned or not self._desk.finished):
            raise self._problem

    async def _until_done(self) -> None:
        helpers = [
            self._group.create_task(self._feed()),
            self._group.create_task(self._watch()),
        ]
        try:
            await self._done.wait()
        finally:
            self._desk.stopped = True
            for helper in helpers:
                helper.cancel()

    async def _feed(self) -> None:
        try:
            while await self._more():
                self.work_waits()
                await self._hungry.wait()
        except Exception as error:
            self.broke(error)
        self._desk.finished = True
        self._look_around()

    async def _more(self) -> bool:
        """Whether there is more to send, once there is and once it fits into memory."""
        self._hungry.clear()
        await self._desk.scale.room()
        return not self._desk.stopped and await self._source.more()

    def starved(self) -> None:
        """Ask the source."""
        self._hungry.set()

    def work_waits(self) -> None:
        """Somebody should take what waits: who is idle, or new lanes, one for each envelope."""
        while self._desk.idle and self._desk.holds(1):
            self._desk.idle.pop().begin()
        while self._may_open and self._desk.holds(self._lanes - len(self._sessions) + 1):
            self._lanes += 1
            self._group.create_task(self._lane())

    @property
    def _may_open(self) -> bool:
        return self._lanes < self._allowed and (self._signed_in or not self._lanes)

    async def _lane(self) -> None:
        try:
            while self._desk.holds(1):
                session = await self._open()
                problem = await self._run(session)
                self._problem = problem or self._problem
                if problem and not session.accepted:
                    raise problem
        except AccountProblem as problem:
            self._retire(problem)
        finally:
            self._lanes -= 1
            self._look_around()

    def _retire(self, problem: AccountProblem) -> None:
        self._problem = problem
        self._allowed -= 1
        if problem.kind == "auth" or self._lanes == 1:
            self._desk.stopped = True

    async def _open(self) -> Session:
        lane = cast("asyncio.Task[None]", asyncio.current_task())
        self._opening.add(lane)
        try:
            signed_in = await sign_in(self._server)
        finally:
            self._opening.discard(lane)
        self._round_trip = signed_in.round_trip = min(self._round_trip, signed_in.round_trip)
        return _session(signed_in, self._desk, self._server)

    async def _run(self, session: Session) -> AccountProblem | None:
        self._sessions.add(session)
        try:
            session.start()
            if not self._signed_in:
                self._signed_in = True
                self.work_waits()
            await asyncio.wait((session.ended,))  # awaited itself, it would be cancelled with us
            return session.ended.result()
        finally:
            self._sessions.discard(session)
            session.end(None)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            for session in list(self._sessions):
                session.overdue(loop.time())

    def _look_around(self) -> None:
        """Let idle connections leave when no more will come, and give those up that a server has
        not greeted yet; done with the last lane."""
        if self._desk.exhausted:
            for session in list(self._desk.idle):
                session.rest()
            for lane in self._opening:
                lane.cancel()
            if not self._lanes:
                self._done.set()

    def broke(self, error: Exception) -> None:
        """The other side of the seam failed: finish what is on the wire, then raise it."""
        self._broken = self._broken or error
        self._desk.stopped = True
        self._hungry.set()


def _session(signed_in: SignedIn, desk: Desk, server: Server) -> Session:
    if not signed_in.offered.pipelining:
        return Lockstep(signed_in, desk, server)
    if signed_in.offered.chunking:
        return Chunking(signed_in, desk, server)
    return Pipelining(signed_in, desk, server)
