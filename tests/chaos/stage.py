"""A cluster with services of its own: what the faults happen to.

Two hosts: worker-1, worker-2 and everything else on one, worker-3 (a parent with two children) on
another, with a folder of its own for journals. In front of every service stands a wire.
"""

import asyncio
import os
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import Sessions, open_engine, open_sessions
from core.embedded import postgres, valkey
from demo.serving import serve
from demo.stand.app import make_app
from demo.stand.limits import Limits
from demo.stand.serve import DEMO_TOKEN
from demo.stand.state import Stand
from migrations.upgrade import upgrade
from tests.chaos import witness
from tests.chaos.clocks import Clock, library, preload
from tests.chaos.disks import disk
from tests.chaos.nursery import Forked, Nursery, nursery
from tests.chaos.oracle import Oracle
from tests.chaos.plan import PARENT, PROCESSES, WORKERS
from tests.chaos.rabbit import Rabbit, free_port, installed, rabbitmq
from tests.chaos.telegram import Mood
from tests.chaos.wire import Wire, tcp, unix, wired
from tests.processes import Process

START_SECONDS = 600  # on a busy machine
DATABASE_PASSWORD = "a-database-password-that-no-log-may-show"
SECRET_KEY = "a key for chaos only, long enough"
SECRETS = (DATABASE_PASSWORD, SECRET_KEY, DEMO_TOKEN.partition(":")[2], witness.PASSWORD)
CONNECTIONS = "200"  # of the database, for nine processes
PLACES = {"journal": 64, "log": 400, "database": 3000}  # megabytes of a disk each


@dataclass
class Services:
    """What stays the same in front of all processes, whatever happens behind it."""

    engine: AsyncEngine  # past the wires: the judge's own
    sessions: Sessions
    redis: Redis
    rabbit: Rabbit | None
    stand: Stand
    oracle: Oracle
    moods: witness.Moods
    mood: Mood
    wires: dict[str, Wire]


@dataclass
class Stage:
    """Everything there is, and what has been counted."""

    folder: Path
    services: Services
    nursery: Nursery
    skipped: dict[str, str]  # classes that cannot happen here, and why
    web_port: int = field(default_factory=free_port)
    clocks: dict[str, Clock] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    down: set[str] = field(default_factory=set)  # processes killed on purpose
    troubled: dict[str, int] = field(default_factory=dict)  # how often each is in trouble now
    ended: list[str] = field(default_factory=list)  # processes that gave up by themselves
    doubt: int = 0  # transactions that faults may have left in doubt
    orphans: int = 0  # children that outlived their parent for long
    happened: Counter[str] = field(default_factory=Counter)  # faults that met something, by kind
    kills: int = 0  # of living processes of the product
    kills_midway: int = 0  # with a mail on the wire
    _heard: dict[str, tuple[int, int]] = field(default_factory=dict)  # lines, octets read

    def place(self, name: str) -> Path:
        """The folder of journals, logs or the database."""
        return self.folder / name

    @property
    def total_doubt(self) -> int:
        """With what the mail server itself left unanswered."""
        return self.doubt + self.services.moods.broke

    @property
    def postgres_pid(self) -> int | None:
        """Of the server that runs now."""
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid_file = self.place("database") / "postgres" / "postmaster.pid"
            return int(pid_file.read_text().split()[0])
        return None

    def children(self, name: str) -> list[psutil.Process]:
        """Of a process that has some, oldest first."""
        try:
            found = psutil.Process(self.processes[name].pid).children()
            return sorted(found, key=lambda child: child.pid)
        except psutil.Error:
            return []

    def heard(self, name: str) -> int:
        """How many queues a worker has opened in all of its lives."""
        path, (before, read) = self.place("log") / f"{name}.log", self._heard.get(name, (0, 0))
        with path.open("rb") as log:
            log.seek(read)
            new = log.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._heard[name] = total, _ = before + whole.count(b"queue open"), read + len(whole)
        return total

    def everything_that_happened(self) -> Counter[str]:
        """Faults that met something, by kind."""
        answered = {"smtp": self.services.moods.met, "telegram": self.services.mood.met}
        return self.happened + Counter(answered)

    def trouble(self, name: str, by: int) -> None:
        """Something is in trouble, or (by -1) has one trouble less."""
        self.troubled[name] = self.troubled.get(name, 0) + by

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
async def staged(folder: Path, random: Random, classes: Collection[str]) -> AsyncIterator[Stage]:
    """The services and the processes, started."""
    os.chmod(folder, 0o711)  # noqa: S103  PostgreSQL's own account has to enter
    skipped: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for name, size in PLACES.items():
            small = "disk" in classes and stack.enter_context(disk(folder / name, size))
            (folder / name).mkdir(mode=0o711, exist_ok=True)
            if "disk" in classes and not small:
                skipped["disk"] = "no right to mount a small disk"
        if "clock" in classes and library() is None:
            skipped["clock"] = "libfaketime is not installed (Debian: apt-get install faketime)"
        if "rabbitmq" in classes and not installed():
            skipped["rabbitmq"] = "RabbitMQ is not installed: queues are the processes' own"
        moved = library() if "clock" in classes else None
        begun = await stack.enter_async_context(nursery(preload(moved) if moved else {}))
        services = await stack.enter_async_context(_serving(folder, random))
        made = Stage(folder, services, begun, skipped)
        stack.push_async_callback(_kill_all, made)
        for name in PROCESSES:
            made.processes[name] = _process(made, name, "clock" in classes)
            await made.processes[name].start()
        async with asyncio.timeout(START_SECONDS):
            await _ready(made)
        yield made


@asynccontextmanager
async def _serving(folder: Path, random: Random) -> AsyncIterator[Services]:
    async with AsyncExitStack() as stack:
        database_url = await stack.enter_async_context(
            postgres(folder / "database", max_connections=CONNECTIONS)
        )
        redis_url = await stack.enter_async_context(valkey(folder))
        rabbit = (
            await stack.enter_async_context(rabbitmq(folder / "rabbitmq")) if installed() else None
        )
        mood, moods, oracle = Mood(), witness.Moods(), Oracle(folder / "mails.log")
        stand = Stand(DEMO_TOKEN, limits=Limits(1000, 1000, 1000, 1000))
        telegram = make_app(stand)
        telegram.middlewares.append(mood.middleware)
        reached = {
            "postgres": unix(f"{database_url.partition('host=')[2]}/.s.PGSQL.5432"),
            "redis": unix(redis_url.removeprefix("unix://")),
            "telegram": tcp(await stack.enter_async_context(serve(telegram, "127.0.0.1", 0))),
            "smtp": tcp(await stack.enter_async_context(witness.listening(oracle, moods, random))),
        }
        if rabbit:
            reached["rabbitmq"] = tcp(rabbit.port)
        wires = {
            name: await stack.enter_async_context(wired(reach, random))
            for name, reach in reached.items()
        }
        engine = open_engine(database_url, pool_size=3)
        stack.push_async_callback(engine.dispose)
        await upgrade(engine)
        redis = Redis.from_url(redis_url)
        stack.push_async_callback(redis.aclose)
        sessions = open_sessions(engine)
        yield Services(engine, sessions, redis, rabbit, stand, oracle, moods, mood, wires)


def _process(made: Stage, name: str, moved: bool) -> Process:
    command = ("worker", "--processes", "2") if name == PARENT else (name.partition("-")[0],)
    environment = _environment(made, "host-2" if name == PARENT else "host-1")
    if moved and (found := library()):
        made.clocks[name] = Clock(made.folder / f"clock-{name}")
        environment |= made.clocks[name].environment(found)
    log = made.place("log") / f"{name}.log"
    if name == PARENT:
        return Process(command, environment, log)
    return Forked(made.nursery, command, environment, log)


def _environment(made: Stage, host: str) -> dict[str, str]:
    wires = made.services.wires
    return {
        "DATABASE_URL": f"postgresql://postgres:{DATABASE_PASSWORD}"
        f"@127.0.0.1:{wires['postgres'].port}/postgres",
        "REDIS_URL": f"redis://127.0.0.1:{wires['redis'].port}/0",
        "RABBITMQ_URL": f"amqp://guest:guest@127.0.0.1:{wires['rabbitmq'].port}/"
        if made.services.rabbit
        else "",
        "DATA_DIR": str(made.place("journal") / host),
        "BOT_TOKEN": DEMO_TOKEN,
        "TELEGRAM_API_URL": f"http://127.0.0.1:{wires['telegram'].port}",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(wires["smtp"].port),
        "SMTP_SECURITY": "none",
        "HOST_USER": witness.USER,
        "PASS_USER": witness.PASSWORD,
        "MAIL_FROM": witness.USER,
        "BOUNCE_DOMAIN": "bounces.chaos.example",  # return paths name run and client
        "SECRET_KEY": SECRET_KEY,
        "WEB_PORT": str(made.web_port),
        "UNDO_SECONDS": "2",
    }


async def _ready(made: Stage) -> None:
    """Until every worker listens and the bot has introduced itself."""
    while not all(made.heard(name) >= 2 for name in WORKERS):  # noqa: ASYNC110
        await asyncio.sleep(0.2)  # a log has no bell
    calls = made.services.stand.calls
    while not any(call.method == "deleteWebhook" for call in calls):  # noqa: ASYNC110
        await asyncio.sleep(0.2)


async def _kill_all(made: Stage) -> None:
    for name, process in made.processes.items():
        children = made.children(name)
        process.send(signal.SIGCONT)
        await process.kill()
        for child in children:
            with suppress(psutil.Error):
                child.kill()
