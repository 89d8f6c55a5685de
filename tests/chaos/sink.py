"""The server's side of an SMTP conversation: what a sink for mails is made of."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

REFUSED = b"refused"  # addresses that begin so do not exist


class Conversation(asyncio.Protocol):
    """One connection: a batch of commands in, the mails kept, their answers out."""

    def __init__(self, extensions: tuple[bytes, ...], slowness: Callable[[], float]) -> None:
        self._extensions = extensions
        self._slowness = slowness
        self._buffer = b""
        self._body: bytearray | None = None  # being read up to its final dot
        self._chunks = b""
        self._recipients: list[bytes] = []
        self._replies: list[bytes] = []
        self._at = 0.0  # when the last of what is to be said is said
        self._saying: deque[tuple[float, bytes | None]] = deque()

    def accepted(self, recipient: bytes, content: bytes) -> None:
        """A mail has come as a whole."""

    def keep(self) -> None:
        """Called before the answers of a batch go out."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's does not descend from it
        self._transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._step():
            pass
        self._flush()

    def _flush(self) -> None:
        self.keep()
        self._answer(b"".join(self._replies))
        self._replies = []

    def _answer(self, replies: bytes) -> None:
        """After a while, in order."""
        if replies:
            self._say(max(self._at, self._now() + self._slowness()), replies)

    def _say(self, at: float, words: bytes | None) -> None:
        """Say it then; None is goodbye. One timer at a time: those of a busy loop may go off in
        another order."""
        self._at = at
        self._saying.append((at, words))
        if len(self._saying) == 1:
            self._wait()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _wait(self) -> None:
        asyncio.get_running_loop().call_at(self._saying[0][0], self._go_on)

    def _go_on(self) -> None:
        _, words = self._saying.popleft()
        if not self._transport.is_closing():
            if words is None:
                self._transport.close()
            else:
                self._transport.write(words)
        if self._saying:
            self._wait()

    def _step(self) -> bool:
        """Take one command or mail out of the buffer; False when it is not there as a whole."""
        if self._body is not None:
            return self._read_body()
        line, end, rest = self._buffer.partition(b"\r\n")
        if not end:
            return False
        word = line[:4].upper()
        if word == b"BDAT":
            return self._read_chunk(line, rest)
        self._buffer = rest
        self._replies.append(self._command(word, line))
        return True

    def _command(self, word: bytes, line: bytes) -> bytes:
        match word:
            case b"EHLO":
                offered = (*self._extensions, b"8BITMIME", b"SMTPUTF8", b"ENHANCEDSTATUSCODES")
                return (
                    b"".join(b"250-%s\r\n" % each for each in (b"sink", *offered)) + b"250 HELP\r\n"
                )
            case b"MAIL" | b"RSET":
                self._recipients.clear()
            case b"RCPT" if b"<" + REFUSED in line:
                return b"550 5.1.1 Nobody here\r\n"
            case b"RCPT":
                self._recipients.append(line[line.find(b"<") + 1 : line.rfind(b">")])
            case b"DATA" if not self._recipients:
                return b"554 5.5.1 No recipients\r\n"
            case b"DATA":
                self._body = bytearray()
                return b"354 Go on\r\n"
            case b"QUIT":
                return b"221 2.0.0 Bye\r\n"
        return b"250 2.0.0 Ok\r\n"

    def _read_body(self) -> bool:
        content, end, rest = (b"\r\n" + self._buffer).partition(b"\r\n.\r\n")
        if not end:
            return False
        self._body, self._buffer = None, rest
        self._replies.append(self._accept(content))
        return True

    def _read_chunk(self, line: bytes, rest: bytes) -> bool:
        words = line.split()
        size = int(words[1])
        if len(rest) < size:
            return False
        self._chunks += rest[:size]
        self._buffer = rest[size:]
        content, last = self._chunks, len(words) > 2
        if last:
            self._chunks = b""
        if not self._recipients:
            self._replies.append(b"503 5.5.1 No recipients\r\n")
        else:
            self._replies.append(self._accept(content) if last else b"250 2.0.0 Ok\r\n")
        return True

    def _accept(self, content: bytes) -> bytes:
        self.accepted(self._recipients[0], content)
        self._recipients.clear()
        return b"250 2.0.0 Ok: on disk\r\n"
