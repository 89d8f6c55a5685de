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

from tests.chaos import claims, disks
from tests.chaos.plan import WORKERS, Fault
from tests.chaos.stage import Stage

log = structlog.get_logger(__name__)

LEAVES = 40.0  # seconds for children to notice that their parent is gone
STARTS = 60.0  # and for a worker to begin


async def happen(stage: Stage, faults: list[Fault], began: float) -> None:
    """Every fault at its time; returns when all are over and mended."""
    async with asyncio.TaskGroup() as group:
        for fault in faults:
            group.create_task(_happen(stage, fault, began))
    stage.services.moods.end()
    stage.services.mood.end()


async def _happen(stage: Stage, fault: Fault, began: float) -> None:
    await asyncio.sleep(began + fault.at - monotonic())
    if fault.kind in stage.skipped or (fault.target.startswith("rabbitmq:") and not _rabbit(stage)):
        return
    log.info("fault", at=round(fault.at, 1), kind=fault.kind, target=fault.target)
    await HAPPEN[fault.kind](stage, fault)


def _rabbit(stage: Stage) -> bool:
    return stage.services.rabbit is not None


async def _kill(stage: Stage, fault: Fault) -> None:
    name, _, child = fault.target.partition("/")
    if name in stage.down:
        return  # it lies already
    if child:
        _kill_child(stage, name, int(child))
        return
    stage.down.add(name)
    stage.trouble(name, +1)
    stage.doubt += stage.wire_tapped([stage.processes[name].pid])
    await stage.processes[name].kill()
    await asyncio.sleep(fault.lasts)
    heard = stage.heard(name)
    await stage.processes[name].start()
    stage.down.discard(name)
    if name in WORKERS:
        await _until_it_listens(stage, name, heard)
    stage.trouble(name, -1)


async def _until_it_listens(stage: Stage, name: str, heard: int) -> None:
    """Starting takes its time on a busy machine; nobody can be recovered by it before."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STARTS):
            while stage.heard(name) < heard + 2:  # noqa: ASYNC110  a log has no bell
                await asyncio.sleep(0.5)


def _kill_child(stage: Stage, name: str, number: int) -> None:
    """Its parent starts another."""
    if len(children := stage.children(name)) > number:
        stage.doubt += stage.wire_tapped([children[number].pid])
        with suppress(psutil.Error):
            children[number].kill()


async def _orphan(stage: Stage, fault: Fault) -> None:
    """The parent alone is killed: its children have to leave."""
    if fault.target in stage.down:
        return
    stage.down.add(fault.target)
    children = stage.children(fault.target)
    stage.doubt += stage.wire_tapped([child.pid for child in children])
    await stage.processes[fault.target].kill()
    await asyncio.sleep(fault.lasts)
    await stage.processes[fault.target].start()
    stage.down.discard(fault.target)
    _, left = await asyncio.to_thread(psutil.wait_procs, children, LEAVES)
    stage.orphans += len(left)
    for child in left:
        child.kill()


async def _freeze(stage: Stage, fault: Fault) -> None:
    process = stage.processes[fault.target]
    if fault.target in stage.down or stage.troubled.get(fault.target):
        return
    stage.trouble(fault.target, +1)
    pid = process.pid
    process.send(signal.SIGSTOP)
    stage.doubt += await claims.held_by(stage, pid)
    await asyncio.sleep(fault.lasts)
    if process.pid == pid:
        process.send(signal.SIGCONT)
    stage.trouble(fault.target, -1)


async def _postgres(stage: Stage, _fault: Fault) -> None:
    """An immediate stop: nothing more is written; it recovers when it is started again."""
    stage.trouble("postgres", +1)
    if pid := stage.postgres_pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
    await claims.answering(stage)
    stage.trouble("postgres", -1)


async def _rabbitmq(stage: Stage, fault: Fault) -> None:
    if stage.services.rabbit is None or "rabbitmq" in stage.down:
        return
    stage.down.add("rabbitmq")
    await stage.services.rabbit.kill()
    await asyncio.sleep(fault.lasts)
    await stage.services.rabbit.start()
    stage.down.discard("rabbitmq")


async def _redis(stage: Stage, fault: Fault) -> None:
    with suppress(RedisError, OSError):
        if fault.target == "flushall":
            await stage.services.redis.flushall()
        else:
            known = await stage.services.redis.info("server")
            os.kill(int(known["process_id"]), signal.SIGKILL)


async def _wire(stage: Stage, fault: Fault) -> None:
    link, _, how = fault.target.partition(":")
    wire = stage.services.wires[link]
    stage.trouble(link, +1)
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
    stage.doubt += hit if link == "smtp" else 0
    stage.trouble(link, -1)


async def _disk(stage: Stage, fault: Fault) -> None:
    """Full for a while; a worker that is killed meanwhile has to begin on a full disk."""
    place = stage.place(fault.target)
    stage.trouble("postgres" if fault.target == "database" else fault.target, +1)
    disks.fill(place)
    if fault.target == "journal":
        await _kill(stage, Fault(fault.at, "kill", "worker-1", 0.0))
    await asyncio.sleep(fault.lasts)
    disks.empty(place)
    if fault.target == "database":
        await claims.answering(stage)
    stage.trouble("postgres" if fault.target == "database" else fault.target, -1)


async def _clock(stage: Stage, fault: Fault) -> None:
    name, _, by = fault.target.partition(":")
    stage.clocks[name].move(int(by))
    await asyncio.sleep(fault.lasts)
    stage.clocks[name].move(0)


async def _smtp(stage: Stage, fault: Fault) -> None:
    stage.services.moods.order(fault.target, fault.lasts)


async def _telegram(stage: Stage, fault: Fault) -> None:
    stage.services.mood.order(fault.target, fault.lasts)


HAPPEN: dict[str, Callable[[Stage, Fault], Awaitable[None]]] = {
    "kill": _kill,
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
