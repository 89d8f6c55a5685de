"""Many clients written at once, and taken back.

The merging rule (importing.py) is carried out by PostgreSQL, a batch a statement. What was changed
in clients that were there before is kept with the import, field by field, for as long as it can
be undone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import BigInteger, Text

from core.cache import marks
from core.clients import erasing
from core.clients.forms import ClientForm
from core.clients.importing import BATCH
from core.clients.models import Client, Import, ImportChange
from core.db import Transaction
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.users.models import User

UNDO_FOR = timedelta(days=1)
TOO_LATE = N_("An import can be taken back within a day only.")

# How a column merges: `r` is the row that comes, `b` the client that is there (or nothing).
_TEXT = "coalesce(nullif(r.{0}, ''), b.{0}, '')"
_OTHER = "coalesce(r.{0}, b.{0})"
_MERGED = {
    "first_name": _TEXT,
    "last_name": _TEXT,
    "phone": _OTHER,
    "comment": _TEXT,
    "tags": "coalesce(b.tags, '{{}}') || ARRAY(SELECT t FROM unnest(r.tags) AS t"
    " WHERE t <> ALL (coalesce(b.tags, '{{}}')))",
    "company": _TEXT,
    "country": _OTHER,
    "city": _TEXT,
    "timezone": _OTHER,
    "language": _OTHER,
    "consent": _TEXT,
    "consent_on": _OTHER,
    "own": "coalesce(b.own, '{{}}') || coalesce(r.own, '{{}}')",
}
_TYPES = {"tags": "text[]", "consent_on": "date", "own": "jsonb"}
_COLUMNS = ", ".join(_MERGED)
_TYPED = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _MERGED)
_VALUES = ", ".join(f"{how.format(name)} AS {name}" for name, how in _MERGED.items())
_SET = ", ".join(f"{name} = m.{name}" for name in _MERGED)


def _kept(row: str) -> str:
    """The columns as one JSON value."""
    pairs = ", ".join(f"'{name}', {row}.{name}" for name in _MERGED)
    return f"jsonb_build_object({pairs})"


def _restored(name: str) -> str:
    """The value from before, unless it was changed again since."""
    before = {
        "tags": "ARRAY(SELECT jsonb_array_elements_text(h.before -> 'tags'))",
        "own": "h.before -> 'own'",
        "consent_on": "CAST(h.before ->> 'consent_on' AS date)",
    }.get(name, f"h.before ->> '{name}'")
    same = f"h.after -> '{name}' = to_jsonb(c.{name})"
    return f"{name} = CASE WHEN {same} THEN {before} ELSE c.{name} END"


_RESTORED = ", ".join(map(_restored, _MERGED))

# `found` looks each address up: a join would read all of the owner's clients for each batch.
# `before` is complete and locked before the first row is written: it is counted first.
_WRITE = text(
    f"""
    WITH rows AS MATERIALIZED (
        SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r
            (email text, again boolean, {_TYPED})
    ), found AS MATERIALIZED (
        SELECT f.id FROM rows r CROSS JOIN LATERAL (
            SELECT c.id FROM clients c
            WHERE c.owner_id = :owner AND lower(c.email) = lower(r.email) LIMIT 1) f
    ), before AS MATERIALIZED (
        SELECT c.* FROM clients c WHERE c.id = ANY (ARRAY(SELECT id FROM found))
        ORDER BY c.id FOR UPDATE OF c
    ), merged AS MATERIALIZED (
        SELECT b.id, coalesce(b.email, r.email) AS email, r.again, b.unsubscribed_at,
               {_VALUES}
        FROM rows r LEFT JOIN before b ON lower(b.email) = lower(r.email)
        WHERE (SELECT count(*) FROM before) >= 0
    ), added AS (
        INSERT INTO clients (owner_id, created_at, email, {_COLUMNS})
        SELECT :owner, :now, email, {_COLUMNS} FROM merged WHERE id IS NULL
        ON CONFLICT DO NOTHING RETURNING id
    ), changed AS (
        SELECT m.id, {_kept("m")} AS new, {_kept("b")} AS old
        FROM merged m JOIN before b ON b.id = m.id WHERE {_kept("m")} <> {_kept("b")}
    ), updated AS (
        UPDATE clients c SET {_SET}
        FROM merged m JOIN changed ON changed.id = m.id WHERE c.id = m.id
    ), noted AS (
        INSERT INTO client_import_changes AS known (import_id, client_id, before, after)
        SELECT :import, ch.id, d.before, d.after FROM changed ch
        JOIN before b ON b.id = ch.id AND b.created_at <> :now
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(n.key, ch.old -> n.key) AS before,
                   jsonb_object_agg(n.key, n.value) AS after
            FROM jsonb_each(ch.new) n WHERE n.value <> ch.old -> n.key) d
        ON CONFLICT (import_id, client_id) DO UPDATE
        SET before = excluded.before || known.before, after = known.after || excluded.after
    )
    SELECT (SELECT count(*) FROM added) AS new,
           count(*) FILTER (WHERE id IS NOT NULL AND again IS NULL) AS known,
           count(unsubscribed_at) FILTER (WHERE again IS NULL) AS unsubscribed
    FROM merged
    """  # noqa: S608  our own columns
).bindparams(
    bindparam("now", type_=TIMESTAMP(timezone=True)),
    bindparam("rows", type_=Text()),
    bindparam("owner", type_=BigInteger()),
    bindparam("import", type_=BigInteger()),
)

_RESTORE = text(
    f"""
    WITH history AS (SELECT * FROM client_import_changes WHERE import_id = :import)
    UPDATE clients c SET {_RESTORED}
    FROM history h WHERE c.id = h.client_id AND c.owner_id = :owner
    RETURNING c.id
    """  # noqa: S608  our own columns
)

_UNDO = text(
    """
    DELETE FROM clients c
    WHERE c.owner_id = :owner AND c.created_at = :at
      AND c.unsubscribed_at IS NULL AND c.bounced_at IS NULL
      AND NOT EXISTS (
          SELECT FROM runs r JOIN mailings m ON m.id = r.mailing_id
          JOIN deliveries d ON d.run_id = r.id AND d.client_id = c.id
          WHERE m.owner_id = :owner AND r.created_at >= :at)
    RETURNING c.id
    """
).bindparams(bindparam("at", type_=TIMESTAMP(timezone=True)))


@dataclass(frozen=True)
class Imported:
    """What an import did to the list; `same` were in it already, with nothing new about them."""

    new: int = 0
    updated: int = 0
    same: int = 0
    unsubscribed: int = 0
    id: int | None = None  # for `undo`


@dataclass(frozen=True)
class Undone:
    """New clients deleted, old ones put back, and new ones that stay: the ledger has them."""

    gone: int
    restored: int
    stayed: int


@dataclass
class Written:
    """How far an import has come: `known` were in the list before it."""

    id: int
    new: int = 0
    known: int = 0
    unsubscribed: int = 0


class Writing:
    """An import on its way: `begin`, `write` each batch, `end`; in one transaction or in several,
    each of which may `resume` what was `written` before."""

    def __init__(
        self,
        tx: Transaction,
        owner: User,
        begun: Import,
        keys: Sequence[bytes],
        written: Written | None = None,
    ) -> None:
        self._tx, self._owner, self._at, self._keys = tx, owner, begun.at, keys
        self.written = replace(written, id=begun.id) if written else Written(begun.id)

    @classmethod
    async def begin(
        cls, tx: Transaction, owner: User, now: datetime, keys: Sequence[bytes]
    ) -> "Writing":
        """One import of an owner at a time; what can no longer be undone is forgotten."""
        await one_at_a_time(tx, owner)
        await tx.execute(delete(Import).where(Import.at < now - UNDO_FOR))
        begun = await _begun(tx, owner, now)
        return cls(tx, owner, begun, keys if await erasing.any_of(tx, owner) else ())

    @classmethod
    async def resume(
        cls, tx: Transaction, owner: User, now: datetime, keys: Sequence[bytes], written: Written
    ) -> "Writing":
        """Go on; as another import where this one stood still until it was forgotten."""
        await one_at_a_time(tx, owner)
        begun = await tx.get(Import, written.id) or await _begun(tx, owner, now)
        return cls(tx, owner, begun, keys if await erasing.any_of(tx, owner) else (), written)

    async def write(self, rows: str) -> None:
        """A batch, as JSON (`ClientForm.given`), each address once."""
        owner, written = self._owner.id, self.written
        bound = {"owner": owner, "now": self._at, "rows": rows, "import": written.id}
        done = (await self._tx.execute(_WRITE, bound)).one()
        written.new += done.new
        written.known += done.known
        written.unsubscribed += done.unsubscribed
        if self._keys:
            emails = [row["email"] for row in json.loads(rows)]
            held = await erasing.hold_off(self._tx, self._owner, emails, self._keys)
            written.unsubscribed += held
        marks.touch(self._tx, Client, owner)

    async def end(self) -> Imported:
        """The counts."""
        written = self.written
        changes = select(func.count()).where(ImportChange.import_id == written.id)
        updated = (await self._tx.execute(changes)).scalar_one()
        same = written.known - updated
        return Imported(written.new, updated, same, written.unsubscribed, written.id)


async def _begun(tx: Transaction, owner: User, now: datetime) -> Import:
    begun = Import(owner_id=owner.id, at=now)
    tx.add(begun)
    await tx.flush()
    return begun


async def one_at_a_time(tx: Transaction, owner: User) -> None:
    """Nobody else adds clients to this list until the transaction ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK, owner.id % 2**31)))


_LOCK = 0x436C6965  # "Clie"


async def import_rows(
    tx: Transaction,
    owner: User,
    forms: list[ClientForm],
    now: datetime,
    keys: Sequence[bytes],
) -> Imported:
    """Write checked clients, each address once."""
    writing = await Writing.begin(tx, owner, now, keys)
    for start in range(0, len(forms), BATCH):
        await writing.write(json.dumps([form.given() for form in forms[start : start + BATCH]]))
    return await writing.end()


async def undo(tx: Transaction, owner: User, import_id: int, now: datetime) -> Undone:
    """Take out those who came new, put back what was changed in the others.

    Who was written to since stays: the ledger speaks of them. A value that was changed again since
    stays, too.
    """
    await one_at_a_time(tx, owner)
    found = await tx.scalar(
        select(Import).where(Import.id == import_id, Import.owner_id == owner.id)
    )
    if found is None:
        raise NotFound
    if now - UNDO_FOR > found.at:
        raise Conflict(TOO_LATE)
    bound = {"owner": owner.id, "import": found.id}
    restored = len((await tx.scalars(_RESTORE, bound)).all())
    gone = len((await tx.scalars(_UNDO, {"owner": owner.id, "at": found.at})).all())
    new = select(func.count()).where(Client.owner_id == owner.id, Client.created_at == found.at)
    stayed = (await tx.execute(new)).scalar_one()
    await tx.delete(found)
    await tx.flush()
    marks.touch(tx, Client, owner.id)
    return Undone(gone, restored, stayed)
