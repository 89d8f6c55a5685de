"""As much of an IMAP server as reading new mails needs."""

import asyncio
import re
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

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ImapServer"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, command = line.strip().partition(b" ")
            writer.write(self._answer(command).replace(b"TAG", tag))
            await writer.drain()
            if command == b"LOGOUT":
                break
        writer.close()

    def _answer(self, command: bytes) -> bytes:
        highest = max(self.mails, default=0)
        if command.startswith(b"CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
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
