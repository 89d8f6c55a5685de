"""A RabbitMQ of our own: folder, node, ports and cookie; never the machine's."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one in PATH asks for an account
START_SECONDS = 120


def installed() -> bool:
    """Whether there is one to start."""
    return SERVER.exists()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Rabbit:
    """A node on this machine alone; `kill` and `start` keep its queues, as a restart does."""

    def __init__(self, folder: Path, plugins: tuple[str, ...] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.port, self.management_port = free_port(), free_port()
        self._environment = self._settle(free_port(), plugins)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """What RABBITMQ_URL has to be."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def _settle(self, distribution: int, plugins: tuple[str, ...]) -> dict[str, str]:
        folder = self._folder
        (folder / "plugins").write_text(f"[{','.join(plugins)}].\n")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.local = 127.0.0.1:{self.port}\n"
            "management.tcp.ip = 127.0.0.1\n"
            f"management.tcp.port = {self.management_port}\n"
            if plugins
            else f"listeners.tcp.local = 127.0.0.1:{self.port}\n"
        )
        return {
            "PATH": os.defpath,
            "HOME": str(folder),  # its cookie lies here
            "RABBITMQ_NODENAME": f"chaos{self.port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILES": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "no-such-file"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    async def start(self) -> None:
        """Start it, or start it again, and wait until it answers."""
        with (self._folder / "output").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                str(SERVER),
                env=self._environment,
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        async with asyncio.timeout(START_SECONDS):
            while not await self._answers():
                assert self._process.returncode is None, (self._folder / "output").read_text()
                await asyncio.sleep(0.2)

    async def kill(self) -> None:
        """kill -9, of all that belongs to it."""
        assert self._process
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.write(b"AMQP\x00\x00\x09\x01")
        try:
            async with asyncio.timeout(1):
                return bool(await reader.read(1))
        except (TimeoutError, OSError):
            return False
        finally:
            writer.close()


@asynccontextmanager
async def rabbitmq(folder: Path, plugins: tuple[str, ...] = ()) -> AsyncIterator[Rabbit]:
    """A running node, killed with the block."""
    rabbit = Rabbit(folder, plugins)
    try:
        await rabbit.start()
        yield rabbit
    finally:
        await rabbit.kill()
