"""A mailbox whose server says when something comes (IMAP IDLE, RFC 2177).

It only wakes who reads: what was said while nobody listened is found by looking.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog

from core.inbound.imap import TIMEOUT, Mailbox, Refused, quoted
from core.tasks import finished_first

log = structlog.get_logger(__name__)

RENEW = 540.0  # seconds; a server may end what is still for 30 minutes, a firewall sooner
FIRST, LONGEST = 1.0, 300.0  # seconds until a lost connection is opened again: more each time
GOODBYE = 2.0
CAME = (b"EXISTS", b"RECENT")


class NotOffered(Exception):
    """The server has no IDLE."""


@dataclass
class Bell:
    """Rings when something may have come; `tended` while the server would make it ring."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    tended: bool = False


async def tend(mailbox: Mailbox, bell: Bell, stop: asyncio.Event) -> None:
    """Ring as the server says until `stop`; over where it has no IDLE. Reconnects by itself."""
    pause = FIRST
    while not stop.is_set():
        began = monotonic()
        try:
            await _idle(mailbox, bell, stop)
        except NotOffered:
            log.info("the mail server has no IDLE, looking each minute", host=mailbox.host)
            return
        except (Refused, OSError, ValueError) as error:
            log.info("mailbox not listened to, trying again", host=mailbox.host, reason=repr(error))
        finally:
            bell.tended = False
            bell.rung.set()
        pause = FIRST if monotonic() - began > LONGEST else min(2 * pause, LONGEST)
        await finished_first(asyncio.sleep(pause), stop)


async def _idle(mailbox: Mailbox, bell: Bell, stop: asyncio.Event) -> None:
    async with _signed_in(mailbox) as dialogue:
        await dialogue.ask(f"EXAMINE {quoted(mailbox.folder)}")
        while not stop.is_set():
            await _period(dialogue, bell, stop)
        await dialogue.leave()


@asynccontextmanager
async def _signed_in(mailbox: Mailbox) -> AsyncIterator["Dialogue"]:
    tls = ssl.create_default_context() if mailbox.tls else None
    async with asyncio.timeout(TIMEOUT):
        streams = await asyncio.open_connection(mailbox.host, mailbox.port, ssl=tls)
    dialogue = Dialogue(*streams)
    try:
        await dialogue.line()
        await dialogue.ask(f"LOGIN {quoted(mailbox.user)} {quoted(mailbox.password)}")
        offered = b" ".join(await dialogue.ask("CAPABILITY")).upper().split()
        if b"IDLE" not in offered:
            await dialogue.leave()
            raise NotOffered
        yield dialogue
    finally:
        dialogue.hang_up()


async def _period(dialogue: "Dialogue", bell: Bell, stop: asyncio.Event) -> None:
    """Listen for as long as a server may be trusted to keep an idle connection."""
    tag = dialogue.say("IDLE")
    while not (line := await dialogue.line()).startswith(b"+"):
        if line.startswith(tag):
            raise Refused(line.decode(errors="replace"))
    bell.tended = True
    bell.rung.set()  # for what came before
    with suppress(TimeoutError):
        async with asyncio.timeout(RENEW):
            await finished_first(dialogue.hear(bell), stop)
    dialogue.write("DONE")
    if not stop.is_set():
        await dialogue.answered(tag)


class Dialogue:
    """Commands and their answers, line by line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._said = 0

    async def ask(self, command: str) -> list[bytes]:
        """What the server tells; raises Refused, OSError or ValueError."""
        return await self.answered(self.say(command))

    def say(self, command: str) -> bytes:
        """Give a command; its answer ends with a line that begins with what is returned."""
        self._said += 1
        self.write(f"A{self._said} {command}")
        return f"A{self._said} ".encode()

    def write(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode("ascii"))

    async def answered(self, tag: bytes) -> list[bytes]:
        """The lines before the one that completes the command."""
        told: list[bytes] = []
        while not (line := await self.line()).startswith(tag):
            told.append(line)
        if line.removeprefix(tag)[:2].upper() != b"OK":
            raise Refused(line.decode(errors="replace").strip())
        return told

    async def line(self) -> bytes:
        """The next one, in time; raises OSError when the connection is lost."""
        async with asyncio.timeout(TIMEOUT):
            line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the server closed the connection")
        return line

    async def hear(self, bell: Bell) -> None:
        """Ring for each mail that comes, while the server says something: that it is gone is
        found out by who asks it next."""
        with suppress(OSError, ValueError):
            while line := await self._reader.readline():
                if line.strip().upper().endswith(CAME):
                    bell.rung.set()

    async def leave(self) -> None:
        """Say goodbye, and wait for the server's a little."""
        with suppress(OSError, ValueError):
            async with asyncio.timeout(GOODBYE):
                self.say("LOGOUT")
                while await self._reader.readline():
                    pass

    def hang_up(self) -> None:
        """End the connection, whatever its state."""
        self._writer.transport.abort()
