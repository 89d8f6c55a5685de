"""Keeping clients: one at a time, or many at once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.exc import IntegrityError

from core.clients import queries
from core.clients.fields import check_comment, check_email, check_name, check_phone, check_tags
from core.clients.forms import ClientForm
from core.clients.models import Client
from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_
from core.users.models import User

BATCH = 2000
TAKEN = N_("You already have a client with the address {email}: {name}.")


@dataclass(frozen=True)
class Imported:
    """What an import did to the list."""

    new: int = 0
    updated: int = 0
    unsubscribed: int = 0
    at: datetime | None = None  # tells the new ones from all others, for `undo_import`


async def add(tx: Transaction, owner: User, form: ClientForm, now: datetime) -> Client:
    """A new client; Conflict when the address is in the list already."""
    await _check_free(tx, owner, form.email)
    client = Client(owner_id=owner.id, created_at=now, active=True, **_columns(form))
    await _flush(tx, client)
    return client


async def edit(
    tx: Transaction, owner: User, client_id: int, now: datetime, **changes: str
) -> Client:
    """Change fields by name (email, first_name, last_name, phone, comment, tags), as typed."""
    client = await queries.get(tx, owner, client_id, lock=True)
    for field, typed in changes.items():
        setattr(client, field, _checked(owner, field, typed))
    if "email" in changes:
        await _check_free(tx, owner, client.email, client.id)
    await _flush(tx, client)
    return client


async def set_active(
    tx: Transaction, owner: User, client_id: int, active: bool, now: datetime
) -> Client:
    """Switch a client on or off; who unsubscribed gets no mail either way."""
    client = await queries.get(tx, owner, client_id, lock=True)
    client.active = active
    await tx.flush()
    return client


async def unsubscribe(tx: Transaction, client_id: int, now: datetime) -> None:
    """The client wants no more mail; the first date stays, however often it is asked."""
    await tx.execute(
        update(Client)
        .where(Client.id == client_id, Client.unsubscribed_at.is_(None))
        .values(unsubscribed_at=now)
    )


async def import_rows(
    tx: Transaction,
    owner: User,
    forms: list[ClientForm],
    now: datetime,
    tell: Callable[[int], None] = lambda _rows: None,
) -> Imported:
    """Write many clients, each address once; see importing.py for the rule of merging."""
    # Always in the same order, so that two imports at once cannot wait for each other.
    rows = sorted(map(_columns, forms), key=lambda row: str(row["email"]).lower())
    new = updated = unsubscribed = 0
    for start in range(0, len(rows), BATCH):
        values = {"owner": owner.id, "now": now, "rows": json.dumps(rows[start : start + BATCH])}
        done = (await tx.execute(_IMPORT, values)).one()
        new, updated = new + done.new, updated + done.updated
        unsubscribed += done.unsubscribed
        tell(start + BATCH)
    return Imported(new, updated, unsubscribed, now)


async def undo_import(tx: Transaction, owner: User, at: datetime) -> tuple[int, int]:
    """Take out those who came new at that moment; who was written to since stays: the ledger
    speaks of them. Says how many went and how many stayed."""
    values = {"owner": owner.id, "at": at}
    gone = len((await tx.scalars(_UNDO, values)).all())
    stayed = select(func.count()).where(Client.owner_id == owner.id, Client.created_at == at)
    return gone, (await tx.execute(stayed)).scalar_one()


_UNDO = text(
    """
    DELETE FROM clients c
    WHERE c.owner_id = :owner AND c.created_at = :at AND c.unsubscribed_at IS NULL
      AND NOT EXISTS (
          SELECT FROM runs r JOIN mailings m ON m.id = r.mailing_id
          JOIN deliveries d ON d.run_id = r.id AND d.client_id = c.id
          WHERE m.owner_id = :owner AND r.created_at >= :at)
    RETURNING c.id
    """
).bindparams(bindparam("at", type_=TIMESTAMP(timezone=True)))

_IMPORT = text(
    """
    WITH written AS (
        INSERT INTO clients AS c
            (owner_id, email, first_name, last_name, phone, comment, tags, created_at)
        SELECT :owner, r.email, r.first_name, r.last_name, r.phone, r.comment, r.tags, :now
        FROM json_to_recordset(:rows) AS r
            (email text, first_name text, last_name text, phone text, comment text, tags text[])
        ON CONFLICT (owner_id, lower(email)) DO UPDATE SET
            first_name = coalesce(nullif(excluded.first_name, ''), c.first_name),
            last_name = coalesce(nullif(excluded.last_name, ''), c.last_name),
            phone = coalesce(excluded.phone, c.phone),
            comment = coalesce(nullif(excluded.comment, ''), c.comment),
            tags = c.tags || ARRAY(
                SELECT t FROM unnest(excluded.tags) AS t WHERE t <> ALL (c.tags)
            )
        RETURNING xmax = 0 AS new, unsubscribed_at
    )
    SELECT count(*) FILTER (WHERE new) AS new,
           count(*) FILTER (WHERE NOT new) AS updated,
           count(unsubscribed_at) AS unsubscribed
    FROM written
    """
)


def _columns(form: ClientForm) -> dict[str, Any]:
    return asdict(form) | {"tags": list(form.tags)}


def _checked(owner: User, field: str, typed: str) -> Any:
    if field == "phone":
        return check_phone(typed, owner.country)
    return _CHECKS[field](typed)


_CHECKS: Mapping[str, Any] = {
    "email": check_email,
    "first_name": check_name,
    "last_name": check_name,
    "comment": check_comment,
    "tags": check_tags,
}


async def _check_free(tx: Transaction, owner: User, email: str, but: int | None = None) -> None:
    with tx.no_autoflush:
        other = await queries.by_email(tx, owner, email)
    if other is not None and other.id != but:
        raise Conflict(TAKEN, email=other.email, name=other.name)


async def _flush(tx: Transaction, client: Client) -> None:
    tx.add(client)
    try:
        await tx.flush()
    except IntegrityError as error:
        # Another tap wrote the same address between the look and the write.
        raise Conflict(TAKEN, email=client.email, name=client.email) from error
