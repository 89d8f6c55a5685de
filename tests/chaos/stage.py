"""A cluster with services of its own: what the faults happen to."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import Sessions, open_engine, open_sessions
from core.embedded import postgres, valkey
from demo.stand.limits import Limits
from demo.stand.serve import DEMO_TOKEN, Running, serve_stand
from migrations.upgrade import upgrade
from tests.chaos.plan import PROCESSES, WORKERS
from tests.chaos.rabbit import Rabbit, free_port, installed, rabbitmq
from tests.chaos.sink import Log, listening
from tests.processes import Process

START_SECONDS = 180


@dataclass
class Stage:
    """Everything there is, and what has been counted."""

    folder: Path
    engine: AsyncEngine
    sessions: Sessions
    redis: Redis
    rabbit: Rabbit | None
    stand: Running
    log: Log
    processes: dict[str, Process] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)  # processes killed on purpose
    ended: list[str] = field(default_factory=list)  # processes that gave up by themselves

    @property
    def postgres_pid(self) -> int:
        """Of the server that runs now."""
        return int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])

    async def watch(self, stop: asyncio.Event) -> None:
        """Start again what ended by itself, as any supervisor would."""
        while not stop.is_set():
            for name, process in self.processes.items():
                if name not in self.down and process.status is not None:
                    self.ended.append(name)
                    await process.start()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1)


@asynccontextmanager
async def staged(folder: Path, random: Random) -> AsyncIterator[Stage]:
    """The services and the processes, started."""
    os.chmod(folder, 0o711)  # noqa: S103  PostgreSQL's own account has to enter
    async with AsyncExitStack() as stack:
        database_url = await stack.enter_async_context(postgres(folder))
        redis_url = await stack.enter_async_context(valkey(folder))
        rabbit = (
            await stack.enter_async_context(rabbitmq(folder / "rabbitmq")) if installed() else None
        )
        stand = await stack.enter_async_context(serve_stand(limits=Limits(1000, 1000, 1000, 1000)))
        port, log = await stack.enter_async_context(listening(folder, random))
        engine = open_engine(database_url, pool_size=2)
        stack.push_async_callback(engine.dispose)
        await upgrade(engine)
        redis = Redis.from_url(redis_url)
        stack.push_async_callback(redis.aclose)
        made = Stage(folder, engine, open_sessions(engine), redis, rabbit, stand, log)
        environment = _environment(made, database_url, redis_url, port)
        stack.push_async_callback(_kill_all, made)
        for name in PROCESSES:
            command = (name.partition("-")[0],)
            made.processes[name] = Process(command, environment, folder / f"{name}.log")
            await made.processes[name].start()
        async with asyncio.timeout(START_SECONDS):
            await _ready(made)
        yield made


def _environment(made: Stage, database_url: str, redis_url: str, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "RABBITMQ_URL": made.rabbit.url if made.rabbit else "",
        "BOT_TOKEN": DEMO_TOKEN,
        "TELEGRAM_API_URL": made.stand.url,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "center@mail.example",
        "SECRET_KEY": "a key for chaos only, long enough",
        "WEB_PORT": str(free_port()),
    }


async def _ready(made: Stage) -> None:
    """Until every worker listens and the bot has introduced itself."""
    logs = [made.processes[name] for name in WORKERS]
    while not all(process.log.count("queue open") >= 2 for process in logs):  # noqa: ASYNC110
        await asyncio.sleep(0.2)  # a log has no bell
    while not any(call.method == "deleteWebhook" for call in made.stand.stand.calls):  # noqa: ASYNC110
        await asyncio.sleep(0.2)


async def _kill_all(made: Stage) -> None:
    for process in made.processes.values():
        process.send(signal.SIGCONT)
        await process.kill()


def stop_postgres(made: Stage) -> None:
    """An immediate stop: nothing is written any more; it recovers when it is started again."""
    os.kill(made.postgres_pid, signal.SIGQUIT)
