"""Work that gives way to what people wait for on the same machine, and PostgreSQL's part of it.

Linux shares processors by sessions first where it groups them (sched_autogroup(7)), and niceness
counts only within one. Each process of PostgreSQL is a session of its own, so that whatever a
worker asks of it would go before the bot, however nice the worker is.
"""

import os
from contextlib import suppress
from errno import EAGAIN
from pathlib import Path

_PROC = Path("/proc")  # elsewhere than on Linux there is none


def give_way(by: int) -> None:
    """Add to the niceness of this process, which no other shares a session with from here on."""
    with suppress(PermissionError):  # it leads one already
        os.setsid()
    _group(_PROC / "self", os.nice(by))


def niceness() -> int:
    """That of this process; 0 is what every process begins with."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def follow(server: int) -> bool:
    """Let a process of PostgreSQL on this machine be as nice as this one; False to try again soon.

    It stays as it is where it runs under another account.
    """
    process = _PROC / str(server)
    with suppress(OSError):  # gone, or not ours
        if (process / "comm").read_text().strip() == "postgres":
            os.setpriority(os.PRIO_PROCESS, server, niceness())
            return _group(process, niceness())
    return True


def _group(process: Path, nice: int) -> bool:
    """False where Linux takes no more such changes in this tenth of a second but from root."""
    try:
        (process / "autogroup").write_text(str(nice))
    except OSError as error:
        return error.errno != EAGAIN
    return True
