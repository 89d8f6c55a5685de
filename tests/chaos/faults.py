"""The faults as they happen."""

import asyncio
import signal
from time import monotonic

import structlog

from tests.chaos.plan import Fault
from tests.chaos.stage import Stage, stop_postgres

log = structlog.get_logger(__name__)


async def happen(stage: Stage, faults: list[Fault], began: float) -> None:
    """Every fault at its time; returns when all are over and mended."""
    async with asyncio.TaskGroup() as group:
        for fault in faults:
            group.create_task(_happen(stage, fault, began))


async def _happen(stage: Stage, fault: Fault, began: float) -> None:
    await asyncio.sleep(began + fault.at - monotonic())
    log.info("fault", at=round(fault.at, 1), kind=fault.kind, target=fault.target)
    match fault.kind:
        case "kill":
            await _kill(stage, fault)
        case "freeze":
            await _freeze(stage, fault)
        case "rabbitmq":
            await _restart_rabbit(stage, fault)
        case "redis":
            await stage.redis.flushall()
        case "postgres":
            stop_postgres(stage)


async def _kill(stage: Stage, fault: Fault) -> None:
    if fault.target in stage.down:
        return  # it lies already
    stage.down.add(fault.target)
    await stage.processes[fault.target].kill()
    await asyncio.sleep(fault.lasts)
    await stage.processes[fault.target].start()
    stage.down.discard(fault.target)


async def _freeze(stage: Stage, fault: Fault) -> None:
    process = stage.processes[fault.target]
    process.send(signal.SIGSTOP)
    await asyncio.sleep(fault.lasts)
    process.send(signal.SIGCONT)


async def _restart_rabbit(stage: Stage, fault: Fault) -> None:
    if stage.rabbit is None or "rabbitmq" in stage.down:
        return
    stage.down.add("rabbitmq")
    await stage.rabbit.kill()
    await asyncio.sleep(fault.lasts)
    await stage.rabbit.start()
    stage.down.discard("rabbitmq")
