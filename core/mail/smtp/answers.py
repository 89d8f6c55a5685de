"""Reply by reply: what the answers to a transaction mean, whatever they are.

The replies still expected form a group of stages; when all of a group are there, the next step is
decided. `pipelining` takes the usual group as a whole before it comes here.
"""

from enum import IntEnum

from core.mail.smtp.replies import Reply
from core.mail.smtp.session import CLOSING, Session
from core.mail.transport import AccountProblem, Envelope


class Stage(IntEnum):
    """What a reply is the answer to."""

    DOT = 0
    LONE_DOT = 1
    RSET = 2
    MAIL = 3
    RCPT = 4
    DATA = 5


Group = tuple[Stage, ...]
NOTHING: Group = ()
OPENING: Group = (Stage.MAIL, Stage.RCPT, Stage.DATA)
CLOSED: Group = (Stage.DOT,)
STEADY: Group = (Stage.DOT, *OPENING)


class Answered(Session):
    """`sent` waits for the answer to its dot, `opened` for the answer to its DATA."""

    sent: Envelope | None = None
    answer: Reply | None = None
    opened: Envelope | None = None
    group: Group = NOTHING
    at = 0
    refusal: Reply | None = None
    recipient_refused = False
    go = False
    held = 0

    def open(self, before: bytes, stages: Group) -> None:
        """Begin the next transaction, after what has to come before it."""
        self.refusal, self.recipient_refused, self.go = None, False, False
        self.at = 0
        if following := self.pull():
            self.opened = following[0]
            before, stages = self.write_opening(before, stages, following[1])
        self.group = stages
        self.deadline = self.loop.time() + self.timeouts.command
        if before:
            self.write(before)
        elif not stages:
            self.rest()

    def write_opening(self, before: bytes, stages: Group, commands: bytes) -> tuple[bytes, Group]:
        """What to write and which replies to expect."""
        return before + commands + b"DATA\r\n", stages + OPENING

    def replied(self, reply: Reply) -> None:
        """Take one reply; act when all of its group are there."""
        if self.at >= len(self.group):
            self.early(reply)
            return
        stage = self.group[self.at]
        self.at += 1
        if reply.code == CLOSING and stage is not Stage.DOT:
            self.end(AccountProblem("refused", reply.code, reply.text))
            return
        self.take(stage, reply)
        if self.at == len(self.group) and not self.ended.done():
            if self.reader.buffer:  # something more, before anything more was asked
                self.group = NOTHING
            else:
                self.settle_sent()
                self.advance()

    def early(self, reply: Reply) -> None:
        """An answer before the question: a refusal counts for the message that is under way."""
        if self.held and self.opened and reply.refused and reply.code != CLOSING:
            self.judge(self.opened, reply)
            self.opened = None
        self.unasked(reply)

    def take(self, stage: Stage, reply: Reply) -> None:
        """Note what the reply says about its stage."""
        if stage is Stage.DOT:
            self.answered(reply)
        elif stage in (Stage.LONE_DOT, Stage.RSET):
            if stage is Stage.RSET and reply.code >= 300:
                self.end(AccountProblem("refused", reply.code, reply.text))
        elif stage is Stage.MAIL and (kind := self.refuses_sender(reply)):
            self.end(AccountProblem(kind, reply.code, reply.text))
        elif reply.refused:
            self.refusal = self.refusal or self.softened(stage, reply)
            self.recipient_refused |= stage is Stage.RCPT
        elif (reply.code == 354) is not (stage is Stage.DATA):
            self.answer = None  # replies have slipped: that answer may belong to something else
            self.unasked(reply)
        else:
            self.go = stage is Stage.DATA

    def softened(self, stage: Stage, reply: Reply) -> Reply:
        """552 for a recipient is to be read as 452 (RFC 5321, 4.5.3.1.10)."""
        return Reply(452, reply.lines) if stage is Stage.RCPT and reply.code == 552 else reply

    def answered(self, reply: Reply) -> None:
        """The answer to a message's end; it counts once the replies after it are in step."""
        if 300 <= reply.code < 400:
            self.unasked(reply)
            return
        self.answer = reply
        self.accepted += not reply.refused
        if reply.code == CLOSING:
            self.end(AccountProblem("refused", reply.code, reply.text))

    def settle_sent(self) -> None:
        """By the answer to its end."""
        sent, answer, self.sent, self.answer = self.sent, self.answer, None, None
        if sent and answer:
            self.judge(sent, answer)

    def advance(self) -> None:
        """All of a group's replies are there: what next."""
        envelope, refusal = self.opened, self.refusal
        if envelope is None:
            self.open(b"", NOTHING)
        elif refusal is None:
            self.desk.ready(self)
        elif self.go and not self.recipient_refused:
            self.end(AccountProblem("refused", refusal.code, refusal.text))
        else:
            self.opened = None
            self.judge(envelope, refusal)
            dot, lone = (b".\r\n", (Stage.LONE_DOT,)) if self.go else (b"", NOTHING)
            self.open(dot + b"RSET\r\n", (*lone, Stage.RSET))

    def abandoned(self, problem: AccountProblem) -> None:
        """What was handed over is in doubt; what was only opened is not."""
        if self.answer:
            self.settle_sent()
        sent, opened, self.sent, self.opened = self.sent, self.opened, None, None
        if sent:
            self.doubt(sent, problem)
        if opened:
            self.desk.put_back(opened, problem)
