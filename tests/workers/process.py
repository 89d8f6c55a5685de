"""A worker in a process of its own, to be killed: `python -m tests.workers.process`."""

import asyncio
import os
from pathlib import Path

import uvloop
from pydantic import SecretStr

from core.bootstrap import build
from core.settings import Settings
from workers.app import QUEUES, run_worker


async def main() -> None:
    """Work until killed."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        smtp_host="127.0.0.1",
        smtp_port=int(os.environ["SINK_PORT"]),
        smtp_security="none",
        mail_from="post@example.org",
        data_dir=Path(os.environ["WORKER_DATA"]),
        secret_key=SecretStr("a key for tests"),
    )
    deps = build(settings, os.environ["WORKER_DATABASE"], "redis://127.0.0.1:6379/11")
    await run_worker(deps, QUEUES, asyncio.Event())


if __name__ == "__main__":
    uvloop.run(main())
