"""How fast recipients are sent to, with the full ledger: `./run bench send`.

    --recipients N   a run of so many (50,000; over a long line 10,000)
    --workers N      processes that share the run
    --rtt MS         a line with such a round trip: PIPELINING alone, and CHUNKING
    --dkim           with RSA-2048 signatures
    --engine         the engine alone: mails built, no ledger
    --kill           kill -9 of the worker midway, then account for every recipient
    --json           one line

Beside it, on the same sink and in turns, Postfix's smtp-source and aiosmtplib; medians of
--repeats. smtp-source waits for each reply: what is gained on it is pipelining and a short path.
The ratio is null without a compiled sink, which would be what is measured otherwise.
"""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from core.delivery.service import recover
from tests.benches import yardsticks
from tests.benches.ledger import Ledger, ledger
from tests.benches.mails import compiled, mail
from tests.benches.sink import Sink, sink

Figures = dict[str, Any]
SLOW_ENOUGH = 5000  # messages that the slower ones are measured by
OVER_A_LINE = 10_000


async def worker(**work: Any) -> asyncio.subprocess.Process:
    """A process that sends."""
    command = (sys.executable, "-m", "tests.benches.engine", json.dumps(work))
    return await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)


async def sent_by(workers: list[asyncio.subprocess.Process]) -> list[Figures]:
    """What each of them measured."""
    outputs = [await process.communicate() for process in workers]
    return [json.loads(out.splitlines()[-1]) for out, _ in outputs]


async def once(options: argparse.Namespace, base: Ledger | None, to: Sink) -> Figures:
    """One repeat of ours."""
    work: Figures = {"port": to.port, "dkim": options.dkim}
    if base:
        work |= {"database": base.url, "run": await base.run(options.recipients)}
        work |= {"journal": options.journals}
    else:
        work |= {"recipients": options.recipients}
    to.reset()
    cpu = base.cpu() if base else None
    done = await sent_by([await worker(**work) for _ in range(options.workers)])
    seconds = max(each["ended"] for each in done) - min(each["began"] for each in done)
    counted, number = to.counted(), options.recipients
    statuses = await base.statuses(work["run"]) if base else {"sent": counted.distinct}
    if statuses != {"sent": number} or counted.distinct != number:
        raise SystemExit(f"not everything was sent: {statuses}, {counted}")
    after = base.cpu() if base else None
    return {
        "delivered": counted.distinct,
        "duplicates": counted.duplicates,
        "messages_per_s": number / seconds,
        "client_cpu_us": sum(each["cpu"] for each in done) / number * 1e6,
        "postgres_cpu_us": None if after is None or cpu is None else (after - cpu) / number * 1e6,
        "rss_mb": max(each["rss_mb"] for each in done),
        "round_trips_per_message": counted.flushes / number,
    }


@asynccontextmanager
async def opened(options: argparse.Namespace) -> AsyncIterator[Ledger | None]:
    """The ledger, unless the engine is measured alone."""
    if options.engine:
        yield None
    else:
        async with ledger() as base:
            yield base


def others(options: argparse.Namespace, to: Sink) -> dict[str, float | None]:
    """A turn of the yardsticks."""
    few = min(options.recipients, SLOW_ENOUGH)
    many = few if options.rtt else options.recipients
    size = len(mail(compiled(), 1))
    return {
        "yardstick": yardsticks.smtp_source(to.port, many, size),
        "aiosmtplib": yardsticks.aiosmtplib(to.port, few),
    }


async def measure(options: argparse.Namespace) -> Figures:
    """Everybody in turns, and the medians."""
    ours: list[Figures] = []
    theirs: list[dict[str, float | None]] = []
    chunked: list[Figures] = []
    async with opened(options) as base:
        with sink(options.rtt) as near, sink(options.rtt, chunking=True) as chunking:
            for _ in range(options.repeats):
                ours.append(await once(options, base, near))
                theirs.append(others(options, near))
                if options.rtt:
                    chunked.append(await once(options, base, chunking))
            compiled_sink = near.compiled
    result: Figures = {"recipients": options.recipients, "workers": options.workers}
    result |= {name: middle(ours, name) for name in ours[0]}
    result |= compared(result, theirs, compiled_sink)
    if chunked:
        result["chunking_messages_per_s"] = middle(chunked, "messages_per_s")
    return result


def compared(result: Figures, theirs: list[Any], compiled_sink: bool) -> Figures:
    """The yardsticks beside our figure."""
    source, slow = middle(theirs, "yardstick"), middle(theirs, "aiosmtplib")
    name = "smtp-source" if source else "aiosmtplib"
    rate = source or slow
    return {
        "yardstick": name,
        "yardstick_messages_per_s": rate,
        "ratio": round(result["messages_per_s"] / rate, 2) if compiled_sink and rate else None,
        "aiosmtplib_messages_per_s": slow,
    }


def middle(repeats: list[Any], name: str) -> float | None:
    """The median, in a number of digits that means something."""
    values = [each[name] for each in repeats if each[name] is not None]
    if not values:
        return None
    value: float = median(values)
    return round(value) if value >= 100 or isinstance(value, int) else round(value, 2)


async def kill(options: argparse.Namespace) -> Figures:
    """kill -9 midway; the journal is read, another worker goes on, everybody is counted."""
    async with ledger() as base:
        with sink() as to:
            work: Figures = {
                "port": to.port,
                "journal": options.journals,
                "database": base.url,
                "run": await base.run(options.recipients),
            }
            victim = await worker(**work)
            while to.counted().accepted < options.recipients * 0.4:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            victim.send_signal(signal.SIGKILL)
            await victim.wait()
            killed = monotonic()
            await recover(base.sessions, Path(options.journals))
            await sent_by([await worker(**work)])
            while (statuses := await base.statuses(work["run"])).keys() & OPEN:
                await asyncio.sleep(0.5)
                await base.expire()
            counted = to.counted()
            return accounted(options.recipients, statuses, counted.distinct) | {
                "duplicates": counted.duplicates,
                "recovered_in_s": round(monotonic() - killed, 1),
            }


OPEN = {"queued", "sending", "deferred"}


def accounted(recipients: int, statuses: dict[str, int], delivered: int) -> Figures:
    """Lost is who stands as sent but got nothing, or stands nowhere."""
    sent, uncertain = statuses.get("sent", 0), statuses.get("uncertain", 0)
    return {
        "recipients": recipients,
        "delivered": delivered,
        "lost": max(0, sent - delivered) + recipients - sum(statuses.values()),
        "uncertain": uncertain,
    }


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recipients", type=int)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rtt", type=float, default=0)
    parser.add_argument("--repeats", type=int, default=3)
    for flag in ("dkim", "engine", "kill", "json"):
        parser.add_argument(f"--{flag}", action="store_true")
    options = parser.parse_args()
    options.recipients = options.recipients or (OVER_A_LINE if options.rtt else 50_000)
    with TemporaryDirectory(prefix="mail-center-journal-") as options.journals:
        result = asyncio.run(kill(options) if options.kill else measure(options))
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{name:28}{value}" for name, value in result.items()))


if __name__ == "__main__":
    main()
