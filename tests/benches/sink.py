"""The counting sink as a process: `sink.c` when a C compiler is here, else the one below."""

import asyncio
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

EXTENSIONS = "PIPELINING,SIZE,ENHANCEDSTATUSCODES,SMTPUTF8"
SOURCE = Path(__file__).with_name("sink.c")


@dataclass(frozen=True)
class Counted:
    """What arrived: messages, different recipients, messages beyond one each, replies' writes."""

    accepted: int
    distinct: int
    duplicates: int
    flushes: int


@dataclass(frozen=True)
class Sink:
    """A running sink."""

    port: int
    compiled: bool

    def _ask(self, command: str) -> str:
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            stream = connection.makefile("rw", newline="\r\n")
            stream.readline()
            stream.write(f"{command}\r\n")
            stream.flush()
            return stream.readline()

    def counted(self) -> Counted:
        """The figures since the last reset."""
        return Counted(*map(int, self._ask("XSTAT").split()[1:]))

    def reset(self) -> None:
        """Begin to count anew."""
        self._ask("XRESET")


@contextmanager
def sink(rtt_ms: float = 0, chunking: bool = False, most: int = 1_000_000) -> Iterator[Sink]:
    """A sink on a free port; recipients are told apart by a number below `most`."""
    extensions = EXTENSIONS + (",CHUNKING" if chunking else "")
    words = [str(int(rtt_ms * 1000)), extensions, str(most)]
    with TemporaryDirectory(prefix="mail-center-sink-") as folder:
        command = _compiled(Path(folder))
        process = subprocess.Popen(  # noqa: S603  our own words
            [*(command or [sys.executable, "-m", __name__]), *words], stdout=subprocess.PIPE
        )
        try:
            assert process.stdout
            yield Sink(int(process.stdout.readline()), command is not None)
        finally:
            process.kill()
            process.wait()


def _compiled(folder: Path) -> list[str] | None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        return None
    target = folder / "sink"
    done = subprocess.run(  # noqa: S603
        [compiler, "-O2", "-o", target, SOURCE], capture_output=True
    )
    return [str(target)] if done.returncode == 0 else None


class _Slow(asyncio.Protocol):
    """The same in Python, for machines without a compiler."""

    accepted = flushes = duplicates = 0
    seen: set[bytes] = set()  # noqa: RUF012  one set for all connections

    def __init__(self, delay: float, extensions: str) -> None:
        self.delay = delay
        self.hello = "".join(f"250-{each}\r\n" for each in ("sink", *extensions.split(",")))
        self.buffer = b""
        self.data = False
        self.left = 0
        self.recipient = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        said = b""
        while (reply := self.step()) is not None:
            said += reply
        if said:
            _Slow.flushes += 1
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, said)

    def step(self) -> bytes | None:
        """Take one command or message; None when more has to come."""
        if self.left or self.data:
            end = self.left if self.left else self.buffer.find(b"\r\n.\r\n") + 5
            if end < 5 or len(self.buffer) < end:
                return None
            self.buffer, self.left, self.data = self.buffer[end:], 0, False
            return self.deliver()
        line, found, rest = self.buffer.partition(b"\r\n")
        if not found:
            return None
        self.buffer = rest
        return self.command(line.upper())

    def deliver(self) -> bytes:
        _Slow.accepted += 1
        _Slow.duplicates += self.recipient in self.seen
        self.seen.add(self.recipient)
        return b"250 2.0.0 Ok: queued\r\n"

    def command(self, line: bytes) -> bytes:
        if line.startswith(b"RCPT"):
            self.recipient = line
        elif line == b"DATA":
            self.data = True
            return b"354 go\r\n"
        elif line.startswith(b"BDAT"):
            self.left = int(line.split()[1])
            return b""
        elif line.startswith(b"EHLO"):
            return f"{self.hello}250 8BITMIME\r\n".encode()
        elif line == b"XSTAT":
            figures = (self.accepted, len(self.seen), self.duplicates, self.flushes)
            return f"250 {' '.join(map(str, figures))}\r\n".encode()
        elif line == b"XRESET":
            _Slow.accepted = _Slow.flushes = _Slow.duplicates = 0
            self.seen.clear()
        return b"250 2.0.0 Ok\r\n"


async def _serve(delay: float, extensions: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Slow(delay, extensions), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) / 1_000_000, sys.argv[2]))
