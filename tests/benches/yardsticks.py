"""What others do with the same sink: Postfix's smtp-source, and aiosmtplib with ready mails."""

import asyncio
import shutil
import subprocess
import sys
from time import monotonic

from aiosmtplib import SMTP

from tests.benches.mails import SENDER, compiled, mail


def smtp_source(port: int, messages: int, length: int, connections: int = 20) -> float | None:
    """Messages per second of Postfix's generator, which keeps its connections; None without it."""
    program = shutil.which("smtp-source") or shutil.which("smtp-source", path="/usr/sbin")
    if not program:
        return None
    options = ["-d", "-s", str(connections), "-m", str(messages), "-l", str(length)]
    began = monotonic()
    subprocess.run(  # noqa: S603  our own words
        [program, *options, "-f", SENDER, "-t", "to@example.org", f"127.0.0.1:{port}"],
        check=True,
        timeout=1800,
    )
    return messages / (monotonic() - began)


def aiosmtplib(port: int, messages: int, connections: int = 20) -> float:
    """Messages per second of aiosmtplib, in a process of its own."""
    words = [sys.executable, "-m", __name__, str(port), str(messages), str(connections)]
    done = subprocess.run(words, check=True, capture_output=True, timeout=1800)  # noqa: S603
    return float(done.stdout)


async def _connection(port: int, contents: list[bytes]) -> None:
    async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
        for number, content in enumerate(contents):
            await smtp.sendmail(SENDER, f"r{number}@example.org", content)


async def _send(port: int, messages: int, connections: int) -> float:
    template = compiled()
    contents = [mail(template, n) for n in range(messages // connections)]
    began = monotonic()
    await asyncio.gather(*(_connection(port, contents) for _ in range(connections)))
    return len(contents) * connections / (monotonic() - began)


def main() -> None:
    """Measure aiosmtplib on the loop that the product runs on."""
    work = _send(*map(int, sys.argv[1:]))
    try:
        import uvloop
    except ImportError:
        print(asyncio.run(work))
    else:
        print(uvloop.run(work))


if __name__ == "__main__":
    main()
