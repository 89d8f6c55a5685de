"""Mail Center's commands. The only place where settings are read and the parts put together."""

import argparse
import asyncio
import secrets
import shlex
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from getpass import getpass, getuser
from pathlib import Path

import structlog
import uvloop
from pydantic import SecretStr, ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core import backup, logs
from core.audit.service import Actor, record
from core.bootstrap import Deps, build
from core.db import Sessions, clock, hang_up, open_engine, open_sessions
from core.embedded import (
    EmbeddedError,
    is_running,
    memory_mb,
    pids,
    postgres,
    shared_postgres,
    valkey,
    whose,
)
from core.errors import MailCenterError
from core.garbage import collect_less
from core.mail.key_file import BadKey, signer_of
from core.niceness import give_way
from core.outages import is_outage, unheard
from core.second_factor import service as second_factor
from core.sessions import administrators
from core.settings import Settings, risks
from core.settling import settle
from core.tasks import ended_within, finished_first
from core.users.administration import by_email
from migrations.upgrade import upgrade
from workers.app import QUEUES, run_scheduler, run_worker
from workers.processes import follow_parent, run_processes

log = structlog.get_logger("main")

Part = Callable[[Deps, asyncio.Event], Awaitable[None]]
Command = Callable[[Settings, argparse.Namespace, asyncio.Event], Awaitable[int]]


STARTING = 30  # seconds that a database may take
PATIENCE = 16.0  # seconds after a stop; a process under this one is killed after fifteen
GIVING_WAY = "10"  # what a worker beside the bot adds to its niceness
DEMO_SITE = "http://localhost:8080"  # or the next port that was free


class Missing(Exception):
    """A setting that this command cannot do without."""


# ---------------------------------------------------------------------------- resources


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Deps]:
    """The services that the settings name, or embedded ones; the database up to date."""
    async with connected(settings) as deps:
        await upgraded(deps.engine)
        async with deps.sessions.begin() as tx:
            if await backup.hold_unheld(tx, await clock(tx)):
                log.warning("a restore that was broken off is ended now")
        yield deps


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Deps]:
    """The same with the database as it is."""
    async with AsyncExitStack() as stack:
        redis, folder = settings.redis_url, settings.data_dir.resolve()
        database_url = await stack.enter_async_context(database(settings, postgres))
        redis_url = (
            redis.get_secret_value() if redis else await stack.enter_async_context(valkey(folder))
        )
        deps = build(with_secret_key(settings), database_url, redis_url)
        stack.push_async_callback(deps.aclose)
        yield deps


@asynccontextmanager
async def database(
    settings: Settings, embedded: Callable[[Path], AbstractAsyncContextManager[str]]
) -> AsyncIterator[str]:
    """The address of the database that the settings name, or of an embedded one."""
    if settings.database_url:
        yield settings.database_url.get_secret_value()
        return
    async with embedded(settings.data_dir.resolve()) as address:
        yield address


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[Sessions]:
    """The database alone, for a short deed, also while another command has it running."""
    async with database(settings, shared_postgres) as address:
        engine = open_engine(address)
        try:
            await upgraded(engine)
            yield open_sessions(engine)
        finally:
            await engine.dispose()


def meant(settings: Settings, of_demo: bool) -> Settings:
    """The installation that a short deed is about: the demo where that is said, or only it runs."""
    demo = settings.data_dir / "demo"
    if settings.database_url or not (
        of_demo or (is_running(demo) and not is_running(settings.data_dir))
    ):
        return settings
    print("This is about the demo.")  # noqa: T201
    return settings.model_copy(update={"data_dir": demo, "public_url": DEMO_SITE})


async def upgraded(engine: AsyncEngine) -> None:
    """Bring the database to the newest version; one that only just starts is waited for."""
    for _second in range(STARTING):
        try:
            return await upgrade(engine)
        except Exception as error:
            if not away(error):
                raise
            log.warning("waiting for the database", reason=type(error).__name__)
            await asyncio.sleep(1)
    return await upgrade(engine)


def with_secret_key(settings: Settings) -> Settings:
    """SECRET_KEY as given, else one made at the first start and kept beside the data."""
    if settings.secret_key:
        return settings
    kept = settings.data_dir / "secret_key"
    kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return settings.model_copy(update={"secret_key": SecretStr(kept.read_text().strip())})


async def run_bot(deps: Deps, stop: asyncio.Event) -> None:
    """The bot; imported here, since a worker starts in half the time without it."""
    from bot.app import run_bot as run

    settle()
    await run(deps, stop)


async def run_web(deps: Deps, stop: asyncio.Event) -> None:
    """The site."""
    from admin_web.app import run_web as run

    await run(deps, stop)


async def together(deps: Deps, stop: asyncio.Event, *parts: Part) -> None:
    """Run parts side by side until `stop`; if one fails, all end."""
    await ended_within(PATIENCE, _all(deps, stop, parts), stop, partial(hang_up, deps.engine))


async def _all(deps: Deps, stop: asyncio.Event, parts: Iterable[Part]) -> None:
    async with asyncio.TaskGroup() as group:
        for part in parts:
            group.create_task(kept(part, deps, stop))


async def kept(part: Part, deps: Deps, stop: asyncio.Event) -> None:
    """Run a part until `stop`; one that ends because a service went away begins anew."""
    told = False
    while not stop.is_set():
        try:
            await part(deps, stop)
        except Exception as error:
            if not away(error):
                raise
            trace = None if told else error
            log.warning("a service went away, beginning anew", part=part.__name__, exc_info=trace)
            told = True
            await finished_first(asyncio.sleep(1), stop)
        else:
            return


def away(error: BaseException) -> bool:
    """Whether PostgreSQL or Redis refuses or is not there; of a group, whether that is all."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(away, error.exceptions))
    return isinstance(error, DBAPIError) or is_outage(error)


# ---------------------------------------------------------------------------- commands


def needs_token(settings: Settings) -> None:
    """The bot cannot speak to Telegram without its token."""
    if settings.bot_token is None:
        raise Missing("BOT_TOKEN is not set: ask @BotFather for one and put it into .env")


async def start(settings: Settings, _args: argparse.Namespace, stop: asyncio.Event) -> int:
    """Everything on this machine, with the real Telegram."""
    needs_token(settings)
    signer_of(settings)  # a wrong key is told before anything starts
    async with opened(settings) as deps:
        log.info("Mail Center runs", site=settings.public_url)
        await together(deps, stop, run_bot, worker_beside, run_scheduler, run_web)
    return 0


async def worker_beside(deps: Deps, stop: asyncio.Event) -> None:
    """A worker of every queue in a process of its own, which gives way to taps."""
    command = (sys.executable, __file__, "worker", "--child", "--nice", GIVING_WAY)
    await run_processes(command, addresses(deps), 1, stop)


async def everything_worked(deps: Deps, stop: asyncio.Event) -> None:
    """A worker of every queue."""
    await run_worker(deps, QUEUES, stop)


async def bot(settings: Settings, _args: argparse.Namespace, stop: asyncio.Event) -> int:
    """Only the bot."""
    needs_token(settings)
    return await alone(settings, stop, run_bot)


async def worker(settings: Settings, args: argparse.Namespace, stop: asyncio.Event) -> int:
    """Only a worker, of one queue or of all."""

    async def work(deps: Deps, stop: asyncio.Event) -> None:
        await run_worker(deps, args.queue or QUEUES, stop)

    async def spread(deps: Deps, stop: asyncio.Event) -> None:
        queues = [part for queue in args.queue or QUEUES for part in ("--queue", queue)]
        command = (sys.executable, __file__, "worker", "--child", *queues)
        await run_processes(command, addresses(deps), args.processes, stop)

    signer_of(settings)
    if args.nice:
        give_way(args.nice)
    if args.child:
        follow_parent(stop.set)
    return await alone(settings, stop, work if args.processes == 1 else spread)


def addresses(deps: Deps) -> dict[str, str]:
    """Where the services are, for a process that is to share them."""
    url = deps.engine.url.set(drivername="postgresql")
    return {"DATABASE_URL": url.render_as_string(hide_password=False), "REDIS_URL": deps.redis_url}


async def scheduler(settings: Settings, _args: argparse.Namespace, stop: asyncio.Event) -> int:
    """Only the scheduler, which wakes workers at due dates."""
    return await alone(settings, stop, run_scheduler)


async def web(settings: Settings, _args: argparse.Namespace, stop: asyncio.Event) -> int:
    """Only the site."""
    return await alone(settings, stop, run_web)


async def migrate(settings: Settings, _args: argparse.Namespace, _stop: asyncio.Event) -> int:
    """Bring the database to the newest version."""
    async with opened(settings):
        print("The database is up to date.")  # noqa: T201
    return 0


async def admin(settings: Settings, args: argparse.Namespace, _stop: asyncio.Event) -> int:
    """Make an administrator of the site, give one a new password, or turn the code off."""
    settings = meant(settings, args.demo)
    if args.action == "forget-code":
        return await forget_code(settings, args.email)
    typed = getpass("Password (empty: one is made): ") if sys.stdin.isatty() else ""
    password = typed or secrets.token_urlsafe(15)
    async with beside(settings) as sessions, sessions.begin() as tx:
        now = await clock(tx)
        user = await administrators.create(tx, args.email, password, now, name=args.name)
        who = ("users", user.id, user.name)
        await record(tx, Actor("command", getuser()), "promote", who, now)
    print(f"{user.email} may sign in at {settings.public_url}/admin")  # noqa: T201
    if not typed:
        print(f"Password, shown only now: {password}")  # noqa: T201
    return 0


async def forget_code(settings: Settings, email: str) -> int:
    """The password is enough again, for who has lost the phone and the recovery codes."""
    async with beside(settings) as sessions, sessions.begin() as tx:
        user = await by_email(tx, email)
        if not await second_factor.remove(tx, user.id):
            raise Missing(f"{user.email} signs in without a code")
        who = ("users", user.id, user.name)
        await record(tx, Actor("command", getuser()), "code_off", who, await clock(tx))
    print(f"{user.email} signs in by the password alone")  # noqa: T201
    return 0


async def save(settings: Settings, args: argparse.Namespace, _stop: asyncio.Event) -> int:
    """Copy everything but the keys into a file, also while Mail Center runs."""
    async with database(settings, shared_postgres) as address:
        saved = await backup.save(address, args.file, with_secret_key(settings))
    print(f"{args.file}: {saved.size / 1e6:.1f} MB, as of {saved.manifest.made_at:%F %T %Z}")  # noqa: T201
    print("SECRET_KEY is not in it: keep a copy of that apart.")  # noqa: T201
    return 0


async def restore(settings: Settings, args: argparse.Namespace, _stop: asyncio.Event) -> int:
    """Make an empty installation what a backup knows; nothing is sent again unasked."""
    async with connected(settings) as deps:
        manifest = await backup.load(deps.engine, args.file)
        await upgraded(deps.engine)
        async with deps.sessions.begin() as tx:
            now = await clock(tx)
            held = await backup.hold(tx, now)
            about = ("backups", f"{manifest.made_at:%F %T}", args.file.name)
            await record(tx, Actor("command", getuser()), "restore", about, now)
    print(f"Restored as of {manifest.made_at:%F %T %Z}.")  # noqa: T201
    print(f"Frozen in the middle of a run: {held.frozen}; dates to be asked about: {held.asked}.")  # noqa: T201
    if manifest.key != backup.fingerprint(deps.settings):
        print("SECRET_KEY is another one than then: set SECRET_KEY_BEFORE to that one.")  # noqa: T201
    return 0


async def alone(settings: Settings, stop: asyncio.Event, part: Part) -> int:
    """One part of an installation of several processes."""
    async with opened(settings) as deps:
        await together(deps, stop, part)
    return 0


async def demo(settings: Settings, args: argparse.Namespace, stop: asyncio.Event) -> int:
    """Everything, with a Telegram and a mail server of our own."""
    from demo.app import Demo

    stage = Demo(settings, tour=args.tour, as_json=args.json)
    async with stage.opened() as staged, opened(staged) as deps, asyncio.TaskGroup() as group:
        parts = (run_bot, everything_worked, run_scheduler, run_web)
        group.create_task(together(deps, stop, *parts))
        result = await stage.play(deps, lambda: memory_mb(pids(staged.data_dir)), stop)
        stop.set()
    return result


# ---------------------------------------------------------------------------- command line


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line, with a help text of its own."""
    parser = argparse.ArgumentParser(prog="./run", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")

    def add(name: str, command: Command) -> argparse.ArgumentParser:
        summary = (command.__doc__ or "").strip().rstrip(".")
        made = commands.add_parser(name, help=summary, description=summary)
        made.set_defaults(command=command)
        return made

    for simple in (start, bot, scheduler, web, migrate):
        add(simple.__name__, simple)
    working = add("worker", worker)
    working.add_argument("--queue", action="append", choices=QUEUES, help="default: all")
    working.add_argument("--processes", type=int, default=1, metavar="N", help="default: 1")
    working.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    working.add_argument("--nice", type=int, default=0, help=argparse.SUPPRESS)
    making = add("admin", admin)
    making.add_argument("action", choices=["create", "forget-code"])
    making.add_argument("email", metavar="EMAIL")
    making.add_argument("--name", default="", help="default: the address before @")
    making.add_argument("--demo", action="store_true", help="of the demo, not of the installation")
    for name, command in (("backup", save), ("restore", restore)):
        add(name, command).add_argument("file", type=Path, metavar="FILE")
    playing = add("demo", demo)
    playing.add_argument("--tour", action="store_true", help="play the main job and exit")
    playing.add_argument("--json", action="store_true", help="one JSON object as last line")
    return parser.parse_args(arguments)


def needs_owner(settings: Settings, arguments: list[str]) -> None:
    """Root does nothing to the data of another account, which could not enter it afterwards."""
    if owner := whose(settings.data_dir):
        command = shlex.join(["runuser", "-u", owner, "--", "./run", *arguments])
        raise Missing(f"DATA_DIR belongs to {owner}; as that account: {command}")


def complaint(error: ValidationError) -> str:
    """The wrong setting by its name, without its value: it may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in problem["loc"]).upper()
        lines.append(f"{name}: {problem['msg']}" if name else problem["msg"])
    return "Wrong setting. " + "; ".join(lines)


async def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run a command; the first Ctrl-C or SIGTERM asks it to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    command: Command = args.command
    return await command(settings, args, stop)


def main(arguments: list[str]) -> int:
    """Exit status: 0 well, 1 failed, 2 wrong settings."""
    args = parse(arguments)
    collect_less()
    try:
        settings = Settings()
        needs_owner(settings, arguments)
        logs.set_up(debug=settings.debug)
        for risk in () if "child" in args and args.child else risks(settings):
            log.warning("RISK: " + risk)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.get_loop().set_exception_handler(unheard)
            return runner.run(run(args, settings))
    except ValidationError as error:
        print(complaint(error), file=sys.stderr)  # noqa: T201
        return 2
    except (Missing, BadKey, EmbeddedError, backup.BackupError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except Exception as error:
        if (line := reason(error)) is None:
            raise
        print(line, file=sys.stderr)  # noqa: T201
        return 1


def reason(error: BaseException) -> str | None:
    """An error that a person can do something about, in a line; None for a mistake of ours."""
    if isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        return reason(error.exceptions[0])
    if isinstance(error, MailCenterError):
        return error.text.format(**error.fields)
    if is_outage(error):
        return (
            "PostgreSQL or Redis cannot be reached or has no room: look at DATABASE_URL, "
            "REDIS_URL and their disks "
            f"({type(error).__name__})"
        )
    return None


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit(main(sys.argv[1:]))
