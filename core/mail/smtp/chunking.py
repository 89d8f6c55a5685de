"""Whole messages in flight: MAIL, RCPT and BDAT LAST without waiting (RFC 3030).

On a long line the window of messages in flight grows with the round trip, so that the line costs
no throughput; on a near server it is one, since every message in flight is one more that a crash
leaves in doubt. It opens by one with each message accepted. Nothing is written before `may_write`
agrees, so a frozen mailing needs no dropped connection here.

Messages that follow another unanswered one begin with RSET: if that one is refused halfway, its
transaction cannot swallow them.
"""

import re
from collections import deque
from dataclasses import dataclass
from enum import IntEnum

from core.mail.scale import LARGE
from core.mail.smtp.commands import for_bdat
from core.mail.smtp.desk import Desk
from core.mail.smtp.dialogue import SignedIn
from core.mail.smtp.replies import Reply
from core.mail.smtp.session import CLOSING, Session
from core.mail.transport import AccountProblem, Envelope, Outcome, Result, Server, Trouble

STEP = 0.002  # seconds of round trip for each message in flight
MOST = 32
MOST_OCTETS = 1_048_576


class Stage(IntEnum):
    """What a reply is the answer to."""

    RSET = 0
    MAIL = 1
    RCPT = 2
    BDAT = 3


_LINE = rb"25[01] [^\r\n]*\r\n"
_LAST = rb"250 (?:(2\.\d{1,3}\.\d{1,3}) )?([^\r\n]*)\r\n"
_ACCEPTED = re.compile(_LINE * 2 + _LAST).match
_ACCEPTED_AFTER_RSET = re.compile(_LINE * 3 + _LAST).match


@dataclass(slots=True)
class Flight:
    """A message on the wire and the next stage it expects a reply to."""

    envelope: Envelope
    first: Stage
    stage: Stage
    refusal: Reply | None = None
    recipient_refused: bool = False


def window_for(round_trip: float) -> int:
    """Messages to keep in flight over such a line."""
    return max(1, min(MOST, round(round_trip / STEP)))


class Chunking(Session):
    """A queue of flights, answered strictly in order."""

    def __init__(self, signed_in: SignedIn, desk: Desk, server: Server) -> None:
        super().__init__(signed_in, desk, server)
        self.flights: deque[Flight] = deque()
        self.window = 1
        self.most = window_for(signed_in.round_trip)
        self.octets = 0
        self.unclean = False
        self.tail: tuple[Envelope, bytes] | None = None

    def data_received(self, data: bytes) -> None:
        """Whole groups of good replies are taken here, any other in `replied`."""
        position = 0
        while self.flights and not self.reader.buffer:
            flight = self.flights[0]
            if flight.stage is not flight.first:
                break
            pattern = _ACCEPTED_AFTER_RSET if flight.first is Stage.RSET else _ACCEPTED
            if not (match := pattern(data, position)):
                break
            position = match.end()
            enhanced, text = match.groups()
            self.landed(flight)
            self.succeeded(flight, enhanced.decode() if enhanced else None, text)
        if position < len(data):
            self.read(data[position:])
        self.desk.ready(self)

    def begin(self) -> None:
        """Fill the window."""
        self.proceed()

    def proceed(self) -> None:
        """Write as many whole messages as the window has room for."""
        if self.ended.done():
            return
        writes: list[bytes] = []
        while self.room and (pulled := self.pull()):
            if self.desk.allows(pulled[0]):
                writes.append(self.launch(*pulled))
        if writes:
            self.deadline = self.loop.time() + self.timeouts.final
            self.write(*writes)
            if self.tail:
                self.flush()
                self.resume_writing()
        elif not self.flights and self not in self.desk.idle:
            self.rest()

    @property
    def room(self) -> bool:
        """Whether one more may fly."""
        few = len(self.flights) < self.window and self.octets < MOST_OCTETS
        return few and not self.tail

    def launch(self, envelope: Envelope, commands: bytes) -> bytes:
        """What to write for a message; the last octets of a large one are held for now."""
        content = for_bdat(envelope.content)
        reset = bool(self.flights) or self.unclean
        self.unclean = False
        whole = b"%b%bBDAT %d LAST\r\n%b" % (
            b"RSET\r\n" if reset else b"",
            commands,
            len(content),
            content,
        )
        first = Stage.RSET if reset else Stage.MAIL
        self.octets += len(content)
        self.flights.append(Flight(envelope, first, first))
        if len(content) < LARGE:
            return whole
        self.tail = (envelope, whole[-2:])
        return whole[:-2]

    def resume_writing(self) -> None:
        """A large content has left but for its end: now that may follow."""
        if self.tail and not self.ended.done() and not self.transport.get_write_buffer_size():
            envelope, end = self.tail
            self.tail = None
            if self.desk.allows(envelope):
                self.write(end)
            else:
                self.flights.pop()
                self.end(None)

    def replied(self, reply: Reply) -> None:
        """Take one reply for the flight in front."""
        if not self.flights:
            self.unasked(reply)
            return
        flight = self.flights[0]
        stage = flight.stage
        if stage is Stage.MAIL and (kind := self.refuses_sender(reply)):
            self.end_with(flight, reply, kind)
        elif reply.code == CLOSING or 300 <= reply.code < 400:
            self.end_with(flight, reply, "refused")
        elif stage is Stage.BDAT:
            self.landed(flight)
            self.decide(flight, reply)
        else:
            self.note(flight, stage, reply)

    def note(self, flight: Flight, stage: Stage, reply: Reply) -> None:
        """Remember a refusal; the answer to BDAT still comes."""
        flight.stage = Stage(stage + 1)
        if reply.refused and stage is not Stage.RSET:
            soft = stage is Stage.RCPT and reply.code == 552
            reply = Reply(452, reply.lines) if soft else reply
            flight.refusal = flight.refusal or reply
            flight.recipient_refused |= stage is Stage.RCPT

    def landed(self, flight: Flight) -> None:
        """The flight in front is answered."""
        self.flights.popleft()
        self.octets -= len(flight.envelope.content)
        self.deadline = self.loop.time() + self.timeouts.final

    def decide(self, flight: Flight, reply: Reply) -> None:
        """The answer to BDAT tells, unless the recipient had been refused."""
        if flight.refusal and (flight.recipient_refused or reply.refused):
            self.unclean = True
            self.judge(flight.envelope, flight.refusal)
        elif reply.refused:
            self.unclean = True
            self.judge(flight.envelope, reply)
        else:
            self.grow()
            self.judge(flight.envelope, reply)

    def succeeded(self, flight: Flight, enhanced: str | None, text: bytes) -> None:
        """Settle by the usual answer."""
        self.grow()
        words = text.decode("utf-8", "replace")
        self.desk.settle(Outcome(flight.envelope.id, Result.SENT, 250, enhanced, words))

    def grow(self) -> None:
        """A message was accepted: one more may be in flight."""
        self.accepted += 1
        self.window = min(self.most, self.window + 1)

    def end_with(self, flight: Flight, reply: Reply, kind: Trouble) -> None:
        """The server leaves or is out of step; a 421 refuses the message it answers."""
        problem = AccountProblem(kind, reply.code, reply.text)
        if reply.refused:
            self.landed(flight)
            if reply.code == CLOSING:
                self.judge(flight.envelope, reply)
            else:
                self.desk.put_back(flight.envelope, problem)
        self.end(problem)

    def abandoned(self, problem: AccountProblem) -> None:
        """Those in flight are in doubt, unless refused already or held back."""
        tail, self.tail = self.tail, None
        flights, self.flights = self.flights, deque()
        for flight in flights:
            if tail and flight.envelope is tail[0]:
                self.desk.put_back(flight.envelope, problem)
            elif flight.refusal and flight.recipient_refused:
                self.judge(flight.envelope, flight.refusal)
            else:
                self.doubt(flight.envelope, problem)
