"""The whole list as files: read in slices, written by a process of its own (see writer.py)."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import bindparam, text
from sqlalchemy.types import BigInteger

from core.clients.models import OwnField
from core.clients.reading import ROOT
from core.db import Transaction
from core.users.models import User

PART = 200_000  # clients in one file: Telegram takes up to 50 MB from a bot
SLICE = 2000

# Slices come as JSON, ready for the writer: nothing is unpacked here.
_NEXT = text(
    """
    SELECT max(id), json_agg(row_to_json(slice))::text FROM (
        SELECT id, email, first_name, last_name, phone, company, country, city, timezone, language,
               tags, comment, consent, consent_on, own, active, unsubscribed_at, bounced_at
        FROM clients WHERE owner_id = :owner AND id > :after ORDER BY id LIMIT :size
    ) slice
    """
).bindparams(*(bindparam(name, type_=BigInteger()) for name in ("owner", "after", "size")))


@asynccontextmanager
async def exported(
    tx: Transaction, owner: User, fields: list[OwnField], kind: str, locale: str
) -> AsyncIterator[list[Path]]:
    """The files, there until the block ends: one for each PART clients."""
    with TemporaryDirectory(prefix="mail-center-") as folder:
        job = {
            "folder": folder,
            "kind": kind,
            "locale": locale,
            "own": {field.key: field.title for field in fields},
            "most": PART,
        }
        writer = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "core.clients.writer", json.dumps(job)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            names = await _write(tx, owner, writer)
            yield [Path(folder) / name for name in names]
        finally:
            if writer.returncode is None:
                writer.kill()
            await writer.wait()


async def _write(tx: Transaction, owner: User, writer: asyncio.subprocess.Process) -> list[str]:
    assert writer.stdin  # noqa: S101  a pipe
    after = 0
    while True:
        bound = {"owner": owner.id, "after": after, "size": SLICE}
        last, rows = (await tx.execute(_NEXT, bound)).one()
        if last is None:
            break
        after = last
        writer.stdin.write(rows.replace("\n", " ").encode() + b"\n")
        await writer.stdin.drain()
    writer.stdin.close()
    output, _ = await writer.communicate()
    if writer.returncode != 0:
        raise RuntimeError("the writer of files failed")
    names: list[str] = json.loads(output)
    return names
