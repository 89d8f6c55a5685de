"""An SMTP server that behaves as told: strict by default, as odd as a test wants it."""

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from core.mail.transport import Server, Timeouts

DROP = "<close the connection>"
SILENCE = "<say nothing any more>"
SKIP = "<forget this reply>"
OFFERS = ("PIPELINING", "8BITMIME", "SIZE 30000000", "SMTPUTF8", "ENHANCEDSTATUSCODES")
Answer = Callable[[str, int], str | None]


@dataclass(frozen=True)
class Mail:
    """What the server said 250 to."""

    sender: str
    recipient: str
    content: bytes


@dataclass
class Scripted:
    """`answer(verb, nth)` replaces the usual reply; verbs include CONNECT and the dot."""

    answer: Answer = lambda verb, nth: None
    offers: tuple[str, ...] = OFFERS
    tls: ssl.SSLContext | None = None
    port: int = 0
    connections: int = 0
    lines: list[str] = field(default_factory=list)
    accepted: list[Mail] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def server(self, **changes: Any) -> Server:
        """How to reach it."""
        usual: dict[str, Any] = {"security": "none", "connections": 1}
        return Server("localhost", self.port, **(usual | changes))

    @asynccontextmanager
    async def running(self, implicit_tls: bool = False) -> AsyncIterator["Scripted"]:
        """Listen on a free port."""
        context = self.tls if implicit_tls else None
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, limit=2**25)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await _Talk(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class _Talk:
    def __init__(
        self, script: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.script, self.reader, self.writer = script, reader, writer
        self.sender: str | None = None
        self.recipients: list[str] = []

    async def run(self) -> None:
        going = await self.say("CONNECT", "220 test ESMTP")
        while going and (line := await self.reader.readline()):
            text = line.decode().rstrip("\r\n")
            self.script.lines.append(text)
            verb = text.split(" ")[0].upper()
            going = await getattr(self, f"on_{verb.lower()}", self.unknown)(text)

    async def say(self, verb: str, usual: str) -> bool:
        """Reply; False when the connection is to be closed. Says whether it was a yes."""
        self.script.counted[verb] += 1
        told = self.script.answer(verb, self.script.counted[verb])
        reply = usual if told is None else told
        self.yes = reply[:1] in "23"
        if reply == SKIP:
            return True
        closing = reply.endswith(DROP)
        if reply != SILENCE:
            self.writer.write((reply.removesuffix(DROP) if closing else f"{reply}\r\n").encode())
        if closing:
            self.writer.write_eof()
        if closing or reply == SILENCE:
            await self.reader.read(-1)
            return False
        return True

    async def unknown(self, text: str) -> bool:
        return await self.say(text.split(" ")[0], "500 5.5.1 what?")

    async def on_ehlo(self, text: str) -> bool:
        lines = ["test", *self.script.offers]
        said = [f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]
        return await self.say("EHLO", "\r\n".join(said))

    async def on_helo(self, text: str) -> bool:
        return await self.say("HELO", "250 test")

    async def on_starttls(self, text: str) -> bool:
        going = await self.say("STARTTLS", "220 go")
        if going and self.yes and self.script.tls:
            await self.writer.start_tls(self.script.tls)
        return going

    async def on_auth(self, text: str) -> bool:
        if text == "AUTH LOGIN":
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
                self.writer.write(f"{prompt}\r\n".encode())
                self.script.lines.append((await self.reader.readline()).decode().strip())
        return await self.say("AUTH", "235 2.7.0 welcome")

    async def on_mail(self, text: str) -> bool:
        nested = self.sender is not None
        going = await self.say("MAIL", "503 5.5.1 nested MAIL" if nested else "250 2.1.0 ok")
        if self.yes and not nested:
            self.sender, self.recipients = _path(text), []
        return going

    async def on_rcpt(self, text: str) -> bool:
        usual = "503 5.5.1 need MAIL" if self.sender is None else "250 2.1.5 ok"
        going = await self.say("RCPT", usual)
        if self.yes:
            self.recipients.append(_path(text))
        return going

    async def on_rset(self, text: str) -> bool:
        self.sender, self.recipients = None, []
        return await self.say("RSET", "250 2.0.0 ok")

    async def on_data(self, text: str) -> bool:
        usual = "354 go" if self.recipients else "554 5.5.1 no valid recipients"
        going = await self.say("DATA", usual)
        if not going or not self.yes:
            return going
        content = await self.reader.readuntil(b".\r\n")
        while not (content.endswith(b"\r\n.\r\n") or content == b".\r\n"):
            content += await self.reader.readuntil(b".\r\n")
        content = re.sub(rb"(^|\r\n)\.\.", rb"\1.", content[:-3])
        return await self.keep(".", content)

    async def on_bdat(self, text: str) -> bool:
        content = await self.reader.readexactly(int(text.split()[1]))
        return await self.keep("BDAT", content)

    async def keep(self, verb: str, content: bytes) -> bool:
        usual = "250 2.0.0 queued" if self.recipients else "554 5.5.1 no valid recipients"
        going = await self.say(verb, usual)
        if self.yes and self.recipients:
            mails = [Mail(self.sender or "", each, content) for each in self.recipients]
            self.script.accepted += mails
        self.sender, self.recipients = None, []
        return going

    async def on_quit(self, text: str) -> bool:
        await self.say("QUIT", "221 bye")
        return False


def _path(text: str) -> str:
    return text.partition("<")[2].partition(">")[0]


def once(verb: str, reply: str, nth: int = 1) -> Answer:
    """An odd answer at one place, the usual ones everywhere else."""
    return lambda asked, count: reply if (asked, count) == (verb, nth) else None


def always(verb: str, reply: str) -> Answer:
    """The same answer to every such command."""
    return lambda asked, count: reply if asked == verb else None


SHORT = Timeouts(connect=0.5, greeting=0.5, command=0.5, data=0.5, block=0.5, final=0.5)
