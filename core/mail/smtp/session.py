"""A signed-in connection: what its three ways of sending have in common."""

import asyncio

from core.mail.replies import outcome_of
from core.mail.smtp.commands import Unsendable, opening
from core.mail.smtp.desk import Desk
from core.mail.smtp.dialogue import SignedIn
from core.mail.smtp.replies import Garbled, Reply, ReplyReader
from core.mail.transport import AccountProblem, Envelope, Outcome, Result, Server, Trouble

CLOSING = 421
NO_AUTH = (530, 534, 535, 538)
NO_SENDER = (550, 553, 554)
_GOODBYE = 2.0


class Session(asyncio.Protocol):
    """Pulls envelopes from the desk until there are none, then says QUIT.

    `ended` gives the problem that ended it, or None. Whatever happens, every envelope it took is
    settled or put back by then.
    """

    def __init__(self, signed_in: SignedIn, desk: Desk, server: Server) -> None:
        self.transport = signed_in.transport
        self.offered = signed_in.offered
        self.desk = desk
        self.server = server
        self.timeouts = server.timeouts
        self.loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[AccountProblem | None] = self.loop.create_future()
        self.accepted = 0
        self.left = max(1, server.messages_per_connection)
        self.reader = ReplyReader()
        self.deadline = float("inf")
        self.quitting = False
        self._unwritten: list[bytes] = []

    def start(self) -> None:
        """Take over the transport and begin."""
        self.transport.set_write_buffer_limits(high=0)
        self.transport.set_protocol(self)
        self.begin()

    def begin(self) -> None:
        """Start sending when idle."""
        raise NotImplementedError

    def proceed(self) -> None:
        """Hand over what comes next, when everybody has read."""
        raise NotImplementedError

    def replied(self, reply: Reply) -> None:
        """Take one reply, in order."""
        raise NotImplementedError

    def abandoned(self, problem: AccountProblem) -> None:
        """Settle what is on the wire, put back what is not."""
        raise NotImplementedError

    # What the event loop calls

    def read(self, data: bytes) -> None:
        """Reply by reply: whatever is not the usual answer."""
        try:
            self.reader.feed(data)
            while not self.ended.done() and (reply := self.reader.take()):
                if self.quitting:
                    self.end(None)
                else:
                    self.replied(reply)
        except Garbled as error:
            self.end(AccountProblem("refused", text=str(error)))

    def connection_lost(self, exc: Exception | None) -> None:
        text = f"connection lost: {exc}" if exc else "the server closed the connection"
        self.end(AccountProblem("connect", text=text))

    # What subclasses call

    def write(self, *pieces: bytes) -> None:
        """Send octets at the end of this turn of the event loop."""
        if not self._unwritten:
            self.desk.writes(self)
        self._unwritten += pieces

    def flush(self) -> None:
        """Send them now."""
        pieces, self._unwritten = self._unwritten, []
        if pieces and not self.transport.is_closing():
            self.transport.write(b"".join(pieces))  # cheaper than `writelines` of 8 KB

    def pull(self) -> tuple[Envelope, bytes] | None:
        """The next envelope that this server can take, with its MAIL and RCPT."""
        while self.left > 0 and (envelope := self.desk.take()):
            try:
                commands = opening(envelope, self.offered)
            except Unsendable as unsendable:
                self.desk.settle(unsendable.outcome)
            else:
                self.left -= 1
                return envelope, commands
        return None

    def rest(self) -> None:
        """Nothing to do: wait for more, or leave when there will be none."""
        self.deadline = float("inf")
        if self.left > 0 and not self.desk.exhausted:
            self.desk.idle.add(self)
        else:
            self.quit()

    def quit(self) -> None:
        """Say goodbye and wait for the answer a little."""
        self.desk.idle.discard(self)
        if not self.quitting:
            self.quitting = True
            self.deadline = self.loop.time() + _GOODBYE
            self.write(b"QUIT\r\n")

    def judge(self, envelope: Envelope, reply: Reply) -> None:
        """Settle by the server's word."""
        self.desk.settle(outcome_of(envelope.id, reply.code, reply.text))

    def refuses_sender(self, reply: Reply) -> Trouble | None:
        """What a refusal of MAIL says of the account; None where it may be about the letter alone,
        since others were accepted before it: then the next connection is to tell."""
        if reply.code in NO_AUTH:
            return "auth"
        if reply.code in NO_SENDER:
            if not self.accepted:
                return "refused"
            self.left = 0
        return None

    def doubt(self, envelope: Envelope, problem: AccountProblem) -> None:
        """Settle as uncertain: the message's end left, no whole reply came."""
        self.desk.settle(Outcome(envelope.id, Result.UNCERTAIN, None, None, problem.text))

    def unasked(self, reply: Reply) -> None:
        """A reply to nothing: the server is leaving, or out of step."""
        text = reply.text if reply.refused else f"the server spoke unasked: {reply.text}"
        self.end(AccountProblem("refused", reply.code, text))

    def overdue(self, now: float) -> None:
        """Called every second."""
        if now > self.deadline:
            problem = AccountProblem("connect", text="the server did not answer in time")
            self.end(None if self.quitting else problem)

    def end(self, problem: AccountProblem | None) -> None:
        """Leave at once; may be called again."""
        if self.ended.done():
            return
        harmless = self.quitting or self in self.desk.idle
        self.desk.idle.discard(self)
        self.ended.set_result(None if harmless else problem)
        self.transport.abort()
        self.abandoned(problem or AccountProblem("connect", text="stopped"))
