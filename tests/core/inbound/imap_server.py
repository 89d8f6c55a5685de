"""As much of an IMAP server as reading new mails needs."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_FETCH = re.compile(rb"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", re.IGNORECASE)
_SEARCH = re.compile(rb"UID SEARCH UID (\d+):\*", re.IGNORECASE)


@dataclass
class ImapServer:
    """A mailbox of `mails` by their numbers."""

    password: str = "secret"
    validity: int = 7
    mails: dict[int, bytes] = field(default_factory=dict)
    port: int = 0
    idle: bool = True  # whether it offers it
    tls: ssl.SSLContext | None = None
    idling: set[asyncio.StreamWriter] = field(default_factory=set)
    connections: int = 0
    idled: int = 0  # times
    farewell: list[bytes] = field(default_factory=list)  # what was said last after IDLE

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ImapServer"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    def deliver(self, uid: int, mail: bytes) -> None:
        """Put a mail into the mailbox and say so."""
        self.mails[uid] = mail
        self.say(f"* {len(self.mails)} EXISTS")

    def say(self, line: str) -> None:
        """Tell whoever listens."""
        for writer in self.idling:
            writer.write(f"{line}\r\n".encode())

    def hang_up(self) -> None:
        """End the connections that idle, without a word."""
        for writer in self.idling:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(b"* OK ready\r\n")
        idle_tag, said = b"", list[bytes]()
        while line := await reader.readline():
            tag, _, command = line.strip().partition(b" ")
            said.append(command or tag)
            if command == b"IDLE" and self.idle:
                idle_tag, said = tag, []
                self.idling.add(writer)
                self.idled += 1
                writer.write(b"+ idling\r\n")
            elif tag == b"DONE" and writer in self.idling:
                self.idling.discard(writer)
                writer.write(idle_tag + b" OK idled\r\n")
            else:
                writer.write(self._answer(command).replace(b"TAG", tag))
            await writer.drain()
            if command == b"LOGOUT":
                break
        self.idling.discard(writer)
        if idle_tag:
            self.farewell = said
        writer.close()

    def _answer(self, command: bytes) -> bytes:
        highest = max(self.mails, default=0)
        if command.startswith(b"CAPABILITY"):
            idle = b" IDLE" if self.idle else b""
            return b"* CAPABILITY IMAP4rev1" + idle + b"\r\nTAG OK done\r\n"
        if command.startswith(b"LOGIN"):
            return b"TAG OK done\r\n" if self.password.encode() in command else b"TAG NO wrong\r\n"
        if command == b'EXAMINE "INBOX"':
            return (
                f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}]\r\n"
                f"* OK [UIDNEXT {highest + 1}]\r\nTAG OK [READ-ONLY]\r\n"
            ).encode()
        if match := _SEARCH.fullmatch(command):
            found = {uid for uid in self.mails if uid >= int(match[1])} | {highest}
            return f"* SEARCH {' '.join(map(str, found))}\r\nTAG OK done\r\n".encode()
        if match := _FETCH.fullmatch(command):
            mail = self.mails[int(match[1])][: int(match[2])]
            head = f"* 1 FETCH (UID {int(match[1])} BODY[]<0> {{{len(mail)}}}\r\n".encode()
            return head + mail + b")\r\nTAG OK done\r\n"
        return b"* BYE\r\nTAG OK done\r\n" if command == b"LOGOUT" else b"TAG NO what?\r\n"
