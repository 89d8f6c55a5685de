"""Sending over several connections at once: `SmtpTransport`.

A lane is one connection after another. The first lane goes alone until it has signed in, so that
a wrong password is tried once; then there are as many as envelopes wait, up to the account's
number. A connection that got something accepted before it ended is renewed; one that did not
retires its lane, and with the last lane the account has a problem.
"""

import asyncio

from core.mail.envelopes import Envelopes, each
from core.mail.scale import Scale
from core.mail.smtp.chunking import Chunking
from core.mail.smtp.desk import Desk
from core.mail.smtp.dialogue import SignedIn, sign_in
from core.mail.smtp.lockstep import Lockstep
from core.mail.smtp.pipelining import Pipelining
from core.mail.smtp.session import Session
from core.mail.transport import AccountProblem, Envelope, MayWrite, Outcome, Server, Settle

_PER_CONNECTION = 4


class SmtpTransport:
    """The transport of one account."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        """Send until there are no more; raises AccountProblem when some could not be sent."""
        await _Sending(self.server, settle, may_write).run(envelopes)

    async def post(self, envelope: Envelope) -> Outcome:
        """Send one mail."""
        outcomes: list[Outcome] = []
        await self.send((envelope,), outcomes.append, lambda _: True)
        return outcomes[0]


class _Sending:
    """One call of `send`."""

    def __init__(self, server: Server, settle: Settle, may_write: MayWrite) -> None:
        self._server = server
        self._limit = _PER_CONNECTION * server.connections
        self._scale = Scale()
        self._desk = Desk(self._guarded(settle), may_write, self, self._limit // 2)
        self._room = asyncio.Event()
        self._done = asyncio.Event()
        self._sessions: set[Session] = set()
        self._lanes = 0
        self._allowed = server.connections
        self._signed_in = False
        self._round_trip = float("inf")
        self._problem: AccountProblem | None = None
        self._broken: Exception | None = None

    async def run(self, envelopes: Envelopes) -> None:
        """Send everything, or as much as the account allows."""
        try:
            async with asyncio.TaskGroup() as self._group:
                await self._until_done(envelopes)
        finally:
            while self._desk.waiting:
                self._desk.give_back(self._desk.waiting.popleft(), self._problem)
        if self._broken:
            raise self._broken
        if self._problem and (self._desk.returned or not self._desk.finished):
            raise self._problem

    async def _until_done(self, envelopes: Envelopes) -> None:
        helpers = [
            self._group.create_task(self._feed(envelopes)),
            self._group.create_task(self._watch()),
        ]
        try:
            await self._done.wait()
        finally:
            self._desk.stopped = True
            for helper in helpers:
                helper.cancel()

    async def _feed(self, envelopes: Envelopes) -> None:
        waiting = self._desk.waiting
        try:
            async for envelope in each(envelopes):
                self._scale.put(envelope)
                waiting.append(envelope)
                self.work_waits()
                await self._scale.room()
                if len(waiting) >= self._limit:
                    self._room.clear()
                    await self._room.wait()
        except Exception as error:
            self._broke(error)
        self._desk.finished = True
        self._look_around()

    def running_low(self) -> None:
        """Let the source go on."""
        self._room.set()

    def work_waits(self) -> None:
        """Somebody should take what waits: who is idle, or a new lane."""
        if self._desk.stopped:
            return
        if self._desk.idle:
            self._desk.idle.pop().begin()
        elif self._lanes < self._allowed and (self._signed_in or not self._lanes):
            self._lanes += 1
            self._group.create_task(self._lane())

    async def _lane(self) -> None:
        try:
            while self._desk.work:
                session = await self._open()
                problem = await self._run(session)
                self._problem = problem or self._problem
                if problem and not session.accepted:
                    raise problem
        except AccountProblem as problem:
            self._retire(problem)
        self._lanes -= 1
        self._look_around()

    def _retire(self, problem: AccountProblem) -> None:
        self._problem = problem
        self._allowed -= 1
        if problem.kind == "auth" or self._lanes == 1:
            self._desk.stopped = True

    async def _open(self) -> Session:
        signed_in = await sign_in(self._server)
        self._round_trip = signed_in.round_trip = min(self._round_trip, signed_in.round_trip)
        return _session(signed_in, self._desk, self._server)

    async def _run(self, session: Session) -> AccountProblem | None:
        self._sessions.add(session)
        try:
            session.start()
            if not self._signed_in:
                self._signed_in = True
                for _ in range(len(self._desk.waiting)):
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
        """Let idle connections leave when no more will come; done with the last lane."""
        if self._desk.exhausted:
            for session in list(self._desk.idle):
                session.rest()
            if not self._lanes:
                self._done.set()

    def _guarded(self, settle: Settle) -> Settle:
        def guarded(outcome: Outcome) -> None:
            self._scale.take(outcome.id)
            try:
                settle(outcome)
            except Exception as error:
                self._broke(error)

        return guarded

    def _broke(self, error: Exception) -> None:
        """The other side of the seam failed: finish what is on the wire, then raise it."""
        self._broken = self._broken or error
        self._desk.stopped = True
        self._room.set()


def _session(signed_in: SignedIn, desk: Desk, server: Server) -> Session:
    if not signed_in.offered.pipelining:
        return Lockstep(signed_in, desk, server)
    if signed_in.offered.chunking:
        return Chunking(signed_in, desk, server)
    return Pipelining(signed_in, desk, server)
