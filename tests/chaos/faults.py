"""The faults as they happen."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

import psutil
import structlog
from redis.exceptions import RedisError

from tests.chaos import claims, disks, judge, waiting
from tests.chaos.plan import WORKERS, Fault
from tests.chaos.stage import Stage

log = structlog.get_logger(__name__)

LEAVES = 40.0  # seconds (their own) for children to notice that their parent is gone
LINGERS = 60.0  # and for faults of the mail server to be met at last
WORKS = 5.0  # and (its own) for a worker to be in the middle of something when it is killed
STARTS = 300.0  # and for a worker to begin


async def happen(stage: Stage, faults: list[Fault], began: float) -> None:
    """Every fault at its time; returns when all are over and mended."""
    async with asyncio.TaskGroup() as group:
        for fault in faults:
            group.create_task(_happen(stage, fault, began))
    await _met(stage)
    stage.services.moods.end()
    stage.services.mood.end()


async def _met(stage: Stage) -> None:
    """What waits to be met is left standing for a while, as long as mails are there to meet it."""
    until = monotonic() + LINGERS
    while stage.services.moods.waiting and monotonic() < until:
        if not await claims.patiently(stage, judge.open_rows):
            return
        await asyncio.sleep(1)


async def _happen(stage: Stage, fault: Fault, began: float) -> None:
    await asyncio.sleep(began + fault.at - monotonic())
    if fault.kind in stage.skipped or (fault.target.startswith("rabbitmq:") and not _rabbit(stage)):
        return
    log.info("fault", at=round(fault.at, 1), kind=fault.kind, target=fault.target)
    met = await HAPPEN[fault.kind](stage, fault)
    stage.happened[fault.kind] += met


def _rabbit(stage: Stage) -> bool:
    return stage.services.rabbit is not None


async def _kill(stage: Stage, fault: Fault) -> bool:
    """One kill of a process at a time: the next waits until this one has been mended."""
    async with stage.turns[fault.target]:
        await _standing(stage, fault.target)
        if fault.target in WORKERS:
            await _busy(stage, fault.target)
        await _killed(stage, fault.target, fault.lasts)
    return True


async def _killed(stage: Stage, name: str, lasts: float) -> None:
    stage.down.add(name)
    stage.trouble(name, +1)
    _count(stage, [stage.processes[name].pid])
    await stage.processes[name].kill()
    await asyncio.sleep(lasts)
    heard = stage.heard(name)
    await stage.processes[name].start()
    stage.down.discard(name)
    if name in WORKERS:
        await _until_it_listens(stage, name, heard)
    stage.trouble(name, -1)


async def _standing(stage: Stage, name: str) -> None:
    """What lies already can be killed once it is there again."""
    while name in stage.down:  # noqa: ASYNC110  it is for seconds
        await asyncio.sleep(0.1)


async def _busy(stage: Stage, name: str) -> None:
    """Until a worker has a mail on the wire, or has had its time to get one."""
    time = waiting.OwnTime(stage.processes[name].pid)
    while time.passed < WORKS and not claims.on_the_wire(stage.processes[name].pid):  # noqa: ASYNC110
        await asyncio.sleep(0.2)


def _count(stage: Stage, pids: list[int]) -> None:
    """What these have on the wire while they stand still, right before they are killed."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            stage.kills += 1
    wires = [claims.on_the_wire(pid) for pid in pids]
    stage.kills_midway += sum(map(bool, wires))
    stage.doubt += sum(wires)


async def _until_it_listens(stage: Stage, name: str, heard: int) -> None:
    """Starting takes its time on a busy machine; nobody can be recovered by it before."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STARTS):
            while stage.heard(name) < heard + 2:  # noqa: ASYNC110  a log has no bell
                await asyncio.sleep(0.5)


async def _child(stage: Stage, fault: Fault) -> bool:
    """Its parent starts another."""
    name, _, number = fault.target.partition("/")
    await _standing(stage, name)
    if len(children := stage.children(name)) <= int(number):
        return False
    _count(stage, [children[int(number)].pid])
    with suppress(psutil.Error):
        children[int(number)].kill()
    return True


async def _orphan(stage: Stage, fault: Fault) -> bool:
    """The parent alone is killed: its children have to leave."""
    await _standing(stage, fault.target)
    stage.down.add(fault.target)
    children = stage.children(fault.target)
    stage.doubt += sum(claims.on_the_wire(child.pid) for child in children)
    _count(stage, [stage.processes[fault.target].pid])
    await stage.processes[fault.target].kill()
    await asyncio.sleep(fault.lasts)
    await stage.processes[fault.target].start()
    stage.down.discard(fault.target)
    left = await waiting.gone(children, LEAVES)
    stage.orphans += len(left)
    for child in left:
        _count(stage, [child.pid])
        child.kill()
    return True


async def _freeze(stage: Stage, fault: Fault) -> bool:
    process = stage.processes[fault.target]
    if fault.target in stage.down or stage.troubled.get(fault.target):
        return False
    stage.trouble(fault.target, +1)
    pid = process.pid
    process.send(signal.SIGSTOP)
    held = await claims.held_by(stage, pid)
    stage.doubt += held
    await asyncio.sleep(fault.lasts)
    if process.pid == pid:
        process.send(signal.SIGCONT)
    stage.trouble(fault.target, -1)
    return True


async def _postgres(stage: Stage, _fault: Fault) -> bool:
    """An immediate stop: nothing more is written; it recovers when it is started again."""
    stage.trouble("postgres", +1)
    if pid := stage.postgres_pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
    await claims.answering(stage)
    stage.trouble("postgres", -1)
    return pid is not None


async def _rabbitmq(stage: Stage, fault: Fault) -> bool:
    if stage.services.rabbit is None or "rabbitmq" in stage.down:
        return False
    stage.down.add("rabbitmq")
    await stage.services.rabbit.kill()
    await asyncio.sleep(fault.lasts)
    await stage.services.rabbit.start()
    stage.down.discard("rabbitmq")
    return True


async def _redis(stage: Stage, fault: Fault) -> bool:
    with suppress(RedisError, OSError):
        if fault.target == "flushall":
            await stage.services.redis.flushall()
        else:
            known = await stage.services.redis.info("server")
            os.kill(int(known["process_id"]), signal.SIGKILL)
        return True
    return False


async def _wire(stage: Stage, fault: Fault) -> bool:
    link, _, how = fault.target.partition(":")
    wire = stage.services.wires[link]
    stage.trouble(link, +1)
    if link == "smtp" and how != "slow":
        stage.doubt += stage.services.moods.on_the_wire
    match how:
        case "reset":
            hit = wire.reset()
        case "cut":
            hit = wire.cut()
        case "slow":
            hit = wire.slow(fault.lasts)
            await asyncio.sleep(fault.lasts)
        case _:
            hit = await wire.half_open(fault.lasts)
    stage.trouble(link, -1)
    return hit > 0


async def _disk(stage: Stage, fault: Fault) -> bool:
    """Full for a while; a worker that is killed meanwhile has to begin on a full disk."""
    place = stage.place(fault.target)
    stage.trouble("postgres" if fault.target == "database" else fault.target, +1)
    disks.fill(place)
    async with asyncio.TaskGroup() as group:
        if fault.target == "journal" and not stage.turns["worker-1"].locked():
            group.create_task(_killed(stage, "worker-1", 0.0))
        await asyncio.sleep(fault.lasts)
        disks.empty(place)
    if fault.target == "database":
        await claims.answering(stage)
    stage.trouble("postgres" if fault.target == "database" else fault.target, -1)
    return True


async def _clock(stage: Stage, fault: Fault) -> bool:
    name, _, by = fault.target.partition(":")
    stage.clocks[name].move(int(by))
    await asyncio.sleep(fault.lasts)
    stage.clocks[name].move(0)
    return True


async def _smtp(stage: Stage, fault: Fault) -> bool:
    """Counted by the mail server when somebody meets it."""
    stage.services.moods.order(fault.target, fault.lasts)
    return False


async def _telegram(stage: Stage, fault: Fault) -> bool:
    """The same."""
    stage.services.mood.order(fault.target, fault.lasts)
    return False


# Each says whether it met anything.
HAPPEN: dict[str, Callable[[Stage, Fault], Awaitable[bool]]] = {
    "kill": _kill,
    "child": _child,
    "orphan": _orphan,
    "freeze": _freeze,
    "postgres": _postgres,
    "rabbitmq": _rabbitmq,
    "redis": _redis,
    "wire": _wire,
    "disk": _disk,
    "clock": _clock,
    "smtp": _smtp,
    "telegram": _telegram,
}
