"""A wire that can be cut: forwards TCP to a port until it is told not to."""

import asyncio
from contextlib import suppress


class Proxy:
    """Stands before a service; `cut` breaks every connection and refuses new ones."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self.port = 0

    async def mend(self) -> None:
        """Let connections through (again)."""
        self._flows.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Let nothing through."""
        if self._server:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    def hang(self) -> None:
        """Keep every connection open and let nothing through."""
        self._flows.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, inner_writer}
        with suppress(OSError, ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, inner_writer))
                group.create_task(self._pump(inner_reader, writer))
        self._writers -= {writer, inner_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        writer.close()
