"""The fast path: one write and one round trip a message (RFC 2920).

A write holds the content of one message, its final dot, and MAIL, RCPT and DATA of the next:

    we      content of A . | MAIL RCPT DATA of B            content of B . | MAIL RCPT DATA of C
    server                     250 (A is accepted) 250 250 354                    250 250 250 354

So a message costs one write, one read and one round trip. The usual answer, all four replies in
one piece, is recognised by a single compiled pattern; nothing is parsed, no task or future is
made. Anything else goes reply by reply through `answers`.
At most one message a connection is in doubt at any time.

A refused recipient whose DATA was accepted all the same gets a lone dot, which ends the empty
transaction; but where the recipient was accepted and the message must not go (it was frozen
meanwhile), a dot would send an empty mail: there the connection is dropped.
"""

import re

from core.mail.scale import LARGE
from core.mail.smtp.answers import CLOSED, NOTHING, STEADY, Answered
from core.mail.smtp.commands import for_data
from core.mail.transport import Envelope, Outcome, Result

_STEADY = re.compile(
    rb"250 (?:(2\.\d{1,3}\.\d{1,3}) )?([^\r\n]*)\r\n"
    rb"250 [^\r\n]*\r\n25[01] [^\r\n]*\r\n354 [^\r\n]*\r\n"
).fullmatch


class Pipelining(Answered):
    """One message in doubt at most, one opened behind it."""

    def data_received(self, data: bytes) -> None:
        """The usual answer is taken here, any other one in `replied`."""
        steady = self.group is STEADY and not self.at and not self.reader.buffer
        if not steady or not (match := _STEADY(data)) or not (envelope := self.sent):
            self.read(data)
            return
        enhanced, text = match.groups()
        code = enhanced.decode() if enhanced else None
        self.sent = None
        self.at = len(self.group)
        self.accepted += 1
        outcome = Outcome(envelope.id, Result.SENT, 250, code, text.decode("utf-8", "replace"))
        self.desk.settle(outcome)
        self.desk.ready(self)

    def begin(self) -> None:
        """Open a transaction when there is an envelope."""
        self.open(b"", NOTHING)

    def proceed(self) -> None:
        """The server is ready for the content of `opened`."""
        if not (envelope := self.opened) or not self.allowed(envelope):
            return
        content = for_data(envelope.content)
        if len(content) < LARGE:
            self.finish(envelope, content)
            return
        self.group, self.at = NOTHING, 0
        self.write(content)
        self.flush()
        self.held = self.transport.get_write_buffer_size()
        self.deadline = self.loop.time() + self.timeouts.block
        if not self.held:
            self.resume_writing()

    def finish(self, envelope: Envelope, content: bytes) -> None:
        """Write the end of a message, and the opening of the next."""
        self.sent, self.opened = envelope, None
        self.at = 0
        self.deadline = self.loop.time() + self.timeouts.final
        if following := self.following():
            self.opened = following[0]
            self.refusal, self.recipient_refused, self.go = None, False, False
            self.group = STEADY
            self.write(content, b".\r\n%bDATA\r\n" % following[1])
        else:
            self.group = CLOSED
            self.write(content, b".\r\n")

    def following(self) -> tuple[Envelope, bytes] | None:
        """What is opened in the same write."""
        return self.pull()

    def allowed(self, envelope: Envelope) -> bool:
        """Ask once more; a message that must not go costs the connection."""
        if self.desk.allows(envelope):
            return True
        self.opened = None
        self.end(None)
        return False

    def resume_writing(self) -> None:
        """A large content has left whole: now its end may follow."""
        if (envelope := self.opened) and self.group is NOTHING and not self.ended.done():
            self.held = 0
            if self.allowed(envelope):
                self.finish(envelope, b"")

    def overdue(self, now: float) -> None:
        """A large content that still moves is given more time."""
        if self.held and (size := self.transport.get_write_buffer_size()) < self.held:
            self.held, self.deadline = size, now + self.timeouts.block
        super().overdue(now)
