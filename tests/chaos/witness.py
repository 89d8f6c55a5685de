"""A mail server that misbehaves as ordered, and is honest in its log.

Every third connection speaks CHUNKING, PIPELINING or neither, so that all ways are tried. A fault
is met by the next connection that comes to its stage; a mail is in the log, on disk, before it is
answered for.
"""

import asyncio
import re
from base64 import b64encode
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from time import monotonic

from tests.chaos.oracle import Mail, Oracle
from tests.chaos.sink import Conversation

MESSAGE_ID = re.compile(rb"^message-id:\s*<r(\d+)\.c(\d+)\.", re.IGNORECASE | re.MULTILINE)
RETURN_PATH = re.compile(rb"<bounce\+r(\d+)\.c(\d+)\.", re.IGNORECASE)
EXTENSIONS = ((b"PIPELINING", b"CHUNKING"), (b"PIPELINING",), ())
STAGES = {b"EHLO": "ehlo", b"AUTH": "auth", b"MAIL": "mail", b"RCPT": "rcpt", b"DATA": "data"}
SLOWEST = 0.02  # seconds that an answer may take
ENDLESS = 25.0  # silence ordered for longer than this has no end of its own
REFUSALS = {
    "4xx": b"451 4.3.0 Try again later\r\n",
    "5xx": b"554 5.3.0 Never\r\n",
    "421": b"421 4.3.2 Closing\r\n",
}
GARBAGE = b"\xff\xfe what?\r\n2"
USER, PASSWORD = "center@mail.example", "a password that no log may show"
SECRET = b64encode(f"\0{USER}\0{PASSWORD}".encode())


@dataclass
class Moods:
    """Faults that wait for their stage, and conversations that are silent."""

    due: defaultdict[str, deque[tuple[str, float]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    silent: set[asyncio.Transport] = field(default_factory=set)
    talks: set["Witness"] = field(default_factory=set)  # that are open now
    met: int = 0
    broke: int = 0  # mails that may have been on the wire of conversations that were broken off

    @property
    def on_the_wire(self) -> int:
        """How many mails all of them may have on the wire."""
        return sum(talk.most for talk in self.talks)

    @property
    def waiting(self) -> int:
        """How many faults nobody has met yet."""
        return sum(map(len, self.due.values()))

    def order(self, target: str, lasts: float) -> None:
        """The next connection at this stage meets this."""
        stage, _, how = target.partition(":")
        self.due[stage].append((how, lasts))

    def take(self, stage: str | None) -> tuple[str, float]:
        """What happens to whoever is there now; an empty word for nothing."""
        if stage is None or not self.due[stage]:
            return "", 0.0
        self.met += 1
        return self.due[stage].popleft()

    def end(self) -> None:
        """Good mood from now on; whoever was silent has gone."""
        self.due.clear()
        for transport in self.silent:
            transport.abort()
        self.silent.clear()


class Witness(Conversation):
    """Writes what it took into the oracle's log, and meets what the moods hold for it."""

    def __init__(self, oracle: Oracle, moods: Moods, number: int, random: Random) -> None:
        super().__init__((*EXTENSIONS[number % len(EXTENSIONS)], b"AUTH PLAIN"), self._slowness)
        self._oracle, self._moods, self._random = oracle, moods, random
        self._mails: list[Mail] = []
        self.most = 0  # mails that were on the wire at once
        self._begun = self._answered = 0
        self._over = self._trickles = self._breaks_in_body = False
        self._signed_in = self._refusing = False

    def _slowness(self) -> float:
        """A round trip is measured before signing in: a near server."""
        return self._random.uniform(0, SLOWEST) if self._signed_in else 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's descends from none
        self._moods.talks.add(self)
        self._replies.append(self._met("connect", b"220 sink ESMTP\r\n"))
        self._flush()

    def data_received(self, data: bytes) -> None:
        if self._breaks_in_body and not self._over:
            self._abort()
        if not self._over:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._moods.silent.discard(self._transport)
        self._moods.talks.discard(self)

    def _flush(self) -> None:
        super()._flush()
        loop = asyncio.get_running_loop()
        loop.call_at(max(loop.time(), self._at), self._has_answered, self._begun)

    def _has_answered(self, begun: int) -> None:
        """All but the last of so many mails: that one may be under way."""
        self._answered = max(self._answered, begun - 1)

    def _step(self) -> bool:
        return not self._over and super()._step()

    def _command(self, word: bytes, line: bytes) -> bytes:
        how, lasts = self._moods.take(STAGES.get(word))
        if word in (b"MAIL", b"RSET"):
            self._refusing = False
        if how in REFUSALS:
            self._refusing |= word == b"MAIL"
            return self._suffered(how, lasts, b"")
        if word == b"RCPT" and self._refusing:
            return b"503 5.5.1 MAIL first\r\n"
        if word == b"MAIL" and (named := RETURN_PATH.search(line)):
            self._begin((int(named[1]), int(named[2])))
        if word == b"AUTH":
            self._signed_in = SECRET in line
            reply = b"235 2.7.0 Welcome\r\n" if self._signed_in else b"535 5.7.8 Wrong\r\n"
        else:
            reply = super()._command(word, line)
        return self._suffered(how, lasts, reply)

    def _begin(self, mail: Mail) -> None:
        self._oracle.begun[mail].append(monotonic())
        self._begun += 1
        self.most = max(self.most, 1, self._begun - self._answered - 1)

    def _accept(self, content: bytes) -> bytes:
        """The end of a mail, as a whole there."""
        how, lasts = self._moods.take("end")
        accepts = how not in REFUSALS and how not in ("drop-before", "garbage", "silence")
        how = how.removesuffix("-accepted")
        named = MESSAGE_ID.search(content)
        reply = super()._accept(content)
        if named and accepts:
            self._mails.append((int(named[1]), int(named[2])))
        return self._suffered("drop-before" if how == "drop" else how, lasts, reply)

    def _met(self, stage: str, reply: bytes) -> bytes:
        return self._suffered(*self._moods.take(stage), reply)

    def _suffered(self, how: str, lasts: float, reply: bytes) -> bytes:
        """What is said instead of the usual, and what else happens."""
        if how in ("421", "drop-after", "drop-before", "silence", "garbage", "middle"):
            self._moods.broke += self.most
        if how in ("421", "drop-after"):
            self._over = True
            asyncio.get_running_loop().call_soon(self._close_soon)
        elif how == "drop-before":
            self._over = True
            asyncio.get_running_loop().call_soon(self._abort)
            return b""
        elif how == "silence":
            self._fall_silent(lasts)
            return b""
        self._trickles |= how == "bytes"
        self._breaks_in_body |= how == "middle"
        return GARBAGE if how == "garbage" else REFUSALS.get(how, reply)

    def _fall_silent(self, lasts: float) -> None:
        self._over = True
        self._moods.silent.add(self._transport)
        if lasts < ENDLESS:
            asyncio.get_running_loop().call_later(lasts, self._abort)

    def _close_soon(self) -> None:
        """Once what was said has left."""
        self._say(max(self._at, self._now()) + 0.01, None)

    def _abort(self) -> None:
        self._over = True
        self._transport.abort()

    def _answer(self, replies: bytes) -> None:
        if not self._trickles:
            super()._answer(replies)
            return
        for number in range(len(replies)):
            self._say(max(self._at, self._now()) + 0.001, replies[number : number + 1])

    def keep(self) -> None:
        if self._mails:
            self._oracle.write(self._mails)
            self._mails = []


@asynccontextmanager
async def listening(oracle: Oracle, moods: Moods, random: Random) -> AsyncIterator[int]:
    """Its port."""
    numbers, loop = count(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Witness(oracle, moods, next(numbers), random), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]
