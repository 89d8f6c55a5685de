"""Keeping clients, one at a time; for many at once see writing.py."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import BigInteger, Text

from core.audit import service as audit
from core.audit.service import Actor
from core.cache import marks
from core.clients import erasing, own, queries
from core.clients.extras import (
    check_consent,
    check_country,
    check_date,
    check_language,
    check_short,
    check_timezone,
)
from core.clients.fields import (
    check_comment,
    check_email,
    check_name,
    check_phone,
    check_tags,
)
from core.clients.forms import ClientForm
from core.clients.models import Client
from core.clients.own import column_of
from core.clients.own_values import check_own
from core.clients.writing import one_at_a_time
from core.db import Transaction
from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_
from core.mail.addresses import show_email
from core.typed import one_line
from core.users.models import User

TAKEN = N_("You already have a client with the address {email}: {name}.")
_CHECKS: Mapping[str, Callable[[str], Any]] = {
    "email": check_email,
    "first_name": check_name,
    "last_name": check_name,
    "comment": check_comment,
    "tags": check_tags,
    "company": check_short,
    "country": check_country,
    "city": check_short,
    "timezone": check_timezone,
    "language": check_language,
    "consent": check_consent,
    "consent_on": check_date,
}


async def add(
    tx: Transaction,
    owner: User,
    form: ClientForm,
    now: datetime,
    keys: Sequence[bytes],
) -> Client:
    """A new client; Conflict when the address is in the list already. By `keys` those are known
    again who were erased and left."""
    await one_at_a_time(tx, owner)
    await _check_free(tx, owner, form.email)
    client = Client(owner_id=owner.id, created_at=now, active=True, **_columns(form))
    await _flush(tx, client)
    if await erasing.hold_off(tx, owner, [form.email], keys):
        await tx.refresh(client)
    return client


async def edit(
    tx: Transaction,
    owner: User,
    client_id: int,
    now: datetime,
    actor: Actor | None = None,
    **changes: str,
) -> Client:
    """Change fields by name, as typed: columns, and own fields by `own.column_of`.

    Another address than the one that bounced may be written to again.
    """
    client = await queries.get(tx, owner, client_id, lock=True)
    for field, typed in changes.items():
        await _set(tx, owner, client, field, typed)
    if "email" in changes:
        await _check_free(tx, owner, client.email, client.id)
    await _flush(tx, client)
    await _written_down(tx, actor, "edit", client, now, changes)
    return client


async def _set(tx: Transaction, owner: User, client: Client, field: str, typed: str) -> None:
    if field == "phone":
        client.phone = check_phone(typed, client.country or owner.country)
    elif field in _CHECKS:
        before, value = getattr(client, field), _CHECKS[field](typed)
        setattr(client, field, value)
        if field == "email" and client.bounced_at and value.lower() != before.lower():
            _forgive(client)
    else:
        await _set_own(tx, owner, client, field, typed)


async def _set_own(tx: Transaction, owner: User, client: Client, field: str, typed: str) -> None:
    mine = {column_of(each): each for each in await own.all_of(tx, owner)}
    if field not in mine:
        raise NotFound
    value = check_own(mine[field].kind, typed)
    rest = {key: kept for key, kept in client.own.items() if key != mine[field].key}
    client.own = rest | ({mine[field].key: value} if value else {})


async def set_active(
    tx: Transaction,
    owner: User,
    client_id: int,
    active: bool,
    now: datetime,
    actor: Actor | None = None,
) -> Client:
    """Switch a client on or off; who unsubscribed gets no mail either way.

    Switching an address on that bounced says that it works again.
    """
    client = await queries.get(tx, owner, client_id, lock=True)
    await _switch(tx, [client], active)
    await _written_down(tx, actor, "switch_on" if active else "switch_off", client, now)
    return client


async def set_active_all(tx: Transaction, client_ids: Collection[int], active: bool) -> None:
    """The same for many, whoever's they are: what administrators do; they write it down."""
    await _switch(tx, await queries.locked(tx, client_ids), active)


async def _switch(tx: Transaction, clients: Sequence[Client], active: bool) -> None:
    bounced = [client for client in clients if active and client.bounced_at is not None]
    for client in clients:
        client.active = active
    for client in bounced:
        _forgive(client)
    await _release(tx, bounced, "bounce")
    await tx.flush()


def _forgive(client: Client) -> None:
    client.bounced_at = client.bounce_reason = None
    client.active = True


async def unsubscribe(
    tx: Transaction, client_id: int, now: datetime, because: str = "link"
) -> None:
    """The client wants no more mail; the first date stays, however often it is asked."""
    await unsubscribe_all(tx, [client_id], now, because)


async def unsubscribe_all(
    tx: Transaction, client_ids: Collection[int], now: datetime, because: str
) -> None:
    """The same for many."""
    owners = await tx.scalars(
        update(Client)
        .where(Client.id.in_(client_ids), Client.unsubscribed_at.is_(None))
        .values(unsubscribed_at=now, unsubscribed_because=because)
        .returning(Client.owner_id)
    )
    for owner_id in set(owners):
        marks.touch(tx, Client, owner_id)


async def bounced(tx: Transaction, client_id: int, email: str, reason: str, now: datetime) -> None:
    """The address is dead; if it was corrected since, the new one is none the worse for it."""
    await tx.execute(
        update(Client)
        .where(Client.id == client_id, queries.address_is(email))
        .values(active=False, bounced_at=now, bounce_reason=reason)
    )


async def resubscribe(
    tx: Transaction,
    owner: User,
    client_id: int,
    consent: str,
    actor: Actor,
    keys: Sequence[bytes],
    now: datetime,
) -> Client:
    """Write again to who unsubscribed: only with a new consent, which is kept with its date."""
    client = await queries.get(tx, owner, client_id, lock=True)
    given = check_consent(consent)
    if len(one_line(given)) < _SHORTEST_CONSENT:
        raise Invalid(
            N_("Where did the client agree again? For example: by phone on 24 November, Anna")
        )
    client.consent, client.consent_on = given, now.astimezone(ZoneInfo(owner.timezone)).date()
    client.unsubscribed_at = client.unsubscribed_because = None
    await _release(tx, [client], "complaint", "by_hand")
    await erasing.let_back(tx, owner, client.email, keys)
    await tx.flush()
    await _written_down(tx, actor, "resubscribe", client, now)
    return client


_SHORTEST_CONSENT = 5
_RELEASE = text("""
    DELETE FROM suppressions s USING unnest(:owners, :emails) AS c (owner_id, email)
    WHERE s.owner_id = c.owner_id AND s.email = lower(c.email) AND s.reason = ANY (:why)
""").bindparams(
    bindparam("owners", type_=ARRAY(BigInteger())),
    bindparam("emails", type_=ARRAY(Text())),
    bindparam("why", type_=ARRAY(Text())),
)


async def _release(tx: Transaction, clients: Sequence[Client], *why: str) -> None:
    """Their addresses are held off no longer for these reasons."""
    if clients:
        owners, emails = [each.owner_id for each in clients], [each.email for each in clients]
        await tx.execute(_RELEASE, {"owners": owners, "emails": emails, "why": list(why)})


async def _written_down(
    tx: Transaction,
    actor: Actor | None,
    action: str,
    client: Client,
    now: datetime,
    fields: Mapping[str, str] | None = None,
) -> None:
    """The deed without the person: the log outlives a client that is erased."""
    if actor is not None:
        changes = dict.fromkeys(fields or (), ("…", "…"))
        about = ("clients", client.id, f"№ {client.id}")
        await audit.record(tx, actor, action, about, now, changes)


def _columns(form: ClientForm) -> dict[str, Any]:
    given = form.given()
    if form.consent_on:
        given["consent_on"] = form.consent_on
    return given | {"tags": list(form.tags), "own": dict(form.own)}


async def _check_free(tx: Transaction, owner: User, email: str, but: int | None = None) -> None:
    with tx.no_autoflush:
        other = await queries.by_email(tx, owner, email)
    if other is not None and other.id != but:
        raise Conflict(TAKEN, email=show_email(other.email), name=other.name)


async def _flush(tx: Transaction, client: Client) -> None:
    tx.add(client)
    try:
        await tx.flush()
    except IntegrityError as error:
        # Another tap wrote the same address between the look and the write.
        email = show_email(client.email)
        raise Conflict(TAKEN, email=email, name=email) from error
