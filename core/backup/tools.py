"""PostgreSQL's own programs, pointed at a database by their environment: the list of processes
shows a command line, and a password in it, to everybody."""

import os
import shutil
from pathlib import Path

from sqlalchemy.engine import make_url

from core.backup.files import BackupError
from core.embedded import programs

ENVIRONMENT = {
    "ssl": "PGSSLMODE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "host": "PGHOST",
}


def program(name: str) -> Path:
    """Out of the wheel, which reads every older server; else the machine's own."""
    folder = programs()
    if folder and (folder / name).exists():
        return folder / name
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is missing: install PostgreSQL's client programs")
    return Path(found)


def environment(database_url: str) -> dict[str, str]:
    """What tells a program where the database is."""
    url = make_url(database_url.replace("postgres://", "postgresql://", 1))
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    for name, value in url.query.items():
        if name in ENVIRONMENT:
            given[ENVIRONMENT[name]] = value if isinstance(value, str) else value[0]
    named = {name: value for name, value in given.items() if value}
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **named}
