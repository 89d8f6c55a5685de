"""A wire in front of a service, which can be cut, stopped and slowed: a TCP proxy."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from random import Random
from time import monotonic

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Reach = Callable[[], Awaitable[Streams]]

PIECE = 700  # octets that a slow wire passes on at a time
PAUSE = 0.05


class Connection:
    """Two directions. What happens to it happens to both."""

    def __init__(self, outer: Streams, inner: Streams, wire: "Wire") -> None:
        self._outer, self._inner, self._wire = outer, inner, wire
        self.cut_next = False
        self._open = asyncio.Event()
        self._open.set()

    async def run(self) -> None:
        """Forward until either side ends."""
        (reader, writer), (inner_reader, inner_writer) = self._outer, self._inner
        with suppress(OSError, ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, inner_writer))
                group.create_task(self._pump(inner_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            if self.cut_next and len(data) > 1:
                writer.write(data[: self._wire.random.randrange(1, len(data))])
                await writer.drain()
                self.abort(gently=True)
                return
            for piece in self._wire.pieces(data):
                writer.write(piece)
                await writer.drain()
                if piece is not data:
                    await asyncio.sleep(PAUSE)
        await self._open.wait()
        writer.close()

    def stop(self) -> None:
        """Nothing passes any more, and nobody is told."""
        self._open.clear()

    def abort(self, *, gently: bool = False) -> None:
        """A reset; `gently` lets out what was passed on before."""
        for _, writer in (self._outer, self._inner):
            if gently:
                writer.close()
            else:
                writer.transport.abort()
        self._open.set()


class Wire:
    """Listens on `port` and forwards to whatever `reach` opens."""

    def __init__(self, reach: Reach, random: Random) -> None:
        self._reach = reach
        self.random = random
        self._slow_until = 0.0
        self.connections: set[Connection] = set()
        self.port = 0

    def reset(self) -> int:
        """Every connection breaks; says how many there were."""
        for connection in (broken := list(self.connections)):
            connection.abort()
        return len(broken)

    def cut(self) -> int:
        """The next message of every connection ends halfway."""
        for connection in self.connections:
            connection.cut_next = True
        return len(self.connections)

    def slow(self, seconds: float) -> int:
        """Everything trickles for a while."""
        self._slow_until = max(self._slow_until, monotonic() + seconds)
        return len(self.connections)

    async def half_open(self, seconds: float) -> int:
        """The present connections fall silent; only much later they break."""
        silent = list(self.connections)
        for connection in silent:
            connection.stop()
        await asyncio.sleep(seconds)
        for connection in silent:
            connection.abort()
        return len(silent)

    def pieces(self, data: bytes) -> list[bytes]:
        """What goes on at once."""
        if monotonic() >= self._slow_until:
            return [data]
        return [data[at : at + PIECE] for at in range(0, len(data), PIECE)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner = await self._reach()
        except OSError:
            writer.transport.abort()
            return
        connection = Connection((reader, writer), inner, self)
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)
            connection.abort(gently=True)


@asynccontextmanager
async def wired(reach: Reach, random: Random) -> AsyncIterator[Wire]:
    """A wire that is there for the block."""
    wire = Wire(reach, random)
    server = await asyncio.start_server(wire._serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        wire.reset()


def tcp(port: int) -> Reach:
    """A service of this machine by its port."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


def unix(path: str) -> Reach:
    """A service by its socket."""
    return lambda: asyncio.open_unix_connection(path)
