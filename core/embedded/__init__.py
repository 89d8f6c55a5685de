"""PostgreSQL and Valkey out of wheels, for a machine that has neither.

    async with postgres(data_dir) as database_url, valkey(data_dir) as redis_url:
        ...

Data lives in `data_dir`; the servers stop with the block. One that outlived a killed
application is adopted by the next start.
"""

from core.embedded.account import whose
from core.embedded.locks import AlreadyRunning, EmbeddedError
from core.embedded.memory import memory_mb, pids
from core.embedded.postgres import is_running, postgres, programs, shared_postgres
from core.embedded.server import StartFailed
from core.embedded.valkey import valkey

__all__ = [
    "AlreadyRunning",
    "EmbeddedError",
    "StartFailed",
    "is_running",
    "memory_mb",
    "pids",
    "postgres",
    "programs",
    "shared_postgres",
    "valkey",
    "whose",
]
