"""From a database to a file and back, by pg_dump and psql: both see one moment of everything."""

import asyncio
import gzip
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.backup.files import BackupError, Manifest, fingerprint, read_manifest
from core.backup.tools import environment, program
from core.db import open_engine
from core.settings import Settings
from core.version import version

DUMP = ("--format=plain", "--no-owner", "--no-privileges", "--no-comments", "--compress=gzip:6")
LOAD = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
CLEAR = b"DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
# Written by pg_dump 17 and newer; a server older than that knows no such setting.
TOO_NEW = b"SET transaction_timeout = 0;\n"
# Nobody is to send what the backup left open before `hold` has been: not who runs already, nor a
# version that is started after this one could not migrate it.
UNHELD = b"""
CREATE TABLE IF NOT EXISTS public.restoring ();
DO $$ BEGIN
    IF to_regclass('public.pauses') IS NOT NULL THEN
        INSERT INTO public.pauses (what, since, by_whom)
        VALUES ('everything', clock_timestamp(), 'restore') ON CONFLICT DO NOTHING;
    END IF;
END $$;
"""
CHUNK = 1 << 20
ABOUT = text("SELECT clock_timestamp(), version_num FROM alembic_version")


@dataclass(frozen=True)
class Saved:
    """A backup that has been made; `size` in octets."""

    manifest: Manifest
    size: int


async def save(database_url: str, path: Path, settings: Settings) -> Saved:
    """Write a new file, readable by its owner alone; it is there whole or not at all.

    Raises BackupError.
    """
    manifest = await _manifest(database_url, settings)
    with _whole(path) as file:
        file.write(gzip.compress(manifest.line()))
        file.flush()
        await _dump(database_url, file)
        return Saved(manifest, os.fstat(file.fileno()).st_size)


async def _manifest(database_url: str, settings: Settings) -> Manifest:
    engine = open_engine(database_url, pool_size=1)
    try:
        async with engine.connect() as connection:
            made_at, revision = (await connection.execute(ABOUT)).one()
    except DBAPIError as error:
        raise BackupError(f"nothing to back up: {error.orig}") from error
    finally:
        await engine.dispose()
    return Manifest(made_at, version(), revision, fingerprint(settings))


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name once it is written and on the disk."""
    if path.exists():
        raise BackupError(f"{path} is there already")
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


async def _dump(database_url: str, file: IO[bytes]) -> None:
    process = await asyncio.create_subprocess_exec(
        program("pg_dump"), *DUMP, env=environment(database_url), stdout=file, stderr=PIPE
    )
    await _ended(process, "pg_dump")


async def load(engine: AsyncEngine, path: Path) -> Manifest:
    """Put a backup into a database in which nobody is registered yet, in one transaction.

    Everything stands still in it until `hold`. Raises BackupError, and then the database is as it
    was.
    """
    manifest = await asyncio.to_thread(read_manifest, path)
    begin = CLEAR if await _has_tables(engine) else b""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        program("psql"), *LOAD, env=environment(url), stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert process.stdin  # noqa: S101  it was asked for
    try:
        process.stdin.write(begin)
        chunks = _chunks(path)
        while chunk := await asyncio.to_thread(next, chunks, b""):
            process.stdin.write(chunk)
            await process.stdin.drain()
        process.stdin.write(UNHELD)
        process.stdin.close()
    except (ConnectionError, BrokenPipeError):
        pass  # psql has ended, and says why below
    except BaseException:
        process.kill()  # nothing is committed without the end
        raise
    await _ended(process, "psql")
    return manifest


def _chunks(path: Path) -> Iterator[bytes]:
    """The SQL in it, as every server takes it."""
    try:
        with gzip.open(path) as file:
            yield file.read(CHUNK).replace(TOO_NEW, b"", 1)
            while chunk := file.read(CHUNK):
                yield chunk
    except (OSError, EOFError) as error:
        raise BackupError(f"{path} is damaged: {error}") from error


async def _has_tables(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        if await connection.scalar(text("SELECT to_regclass('public.users') IS NULL")):
            return False
        users = await connection.scalar(text("SELECT count(*) FROM users"))
    if users:
        raise BackupError(f"{users} users are in this database: restore into an empty one")
    return True


async def _ended(process: Process, name: str) -> None:
    _, complaint = await process.communicate()
    if process.returncode:
        lines = complaint.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{name}: {lines[0] if lines else process.returncode}")
