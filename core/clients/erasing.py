"""Erasing a client: nothing is left but a keyed hash of an address that may not be written to.

With the hash, the address stays held off when it comes again; without the key, nobody can tell
whose it was. The ledger keeps that a mail was sent, and to whom no longer.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import BigInteger, Text

from core.audit import service as audit
from core.audit.service import Actor
from core.cache import marks
from core.clients import queries
from core.clients.models import Client, ErasedAddress, ImportChange
from core.db import Transaction
from core.keys import keys_for
from core.settings import Settings
from core.users.models import User

ERASED = "—"  # in place of an address in the ledger
_PURPOSE = "erased addresses"

_FORGET = [
    text(source).bindparams(
        bindparam("client", type_=BigInteger()),
        bindparam("owner", type_=BigInteger()),
    )
    for source in (
        """UPDATE deliveries d SET email = '—', values = '{}',
               smtp_text = replace(d.smtp_text, d.email, '—')
           FROM runs r JOIN mailings m ON m.id = r.mailing_id
           WHERE m.owner_id = :owner AND d.run_id = r.id AND d.client_id = :client""",
        """UPDATE past_outcomes p SET smtp_text = NULL
           FROM runs r JOIN mailings m ON m.id = r.mailing_id
           WHERE m.owner_id = :owner AND p.run_id = r.id AND p.client_id = :client""",
        """UPDATE returns t SET text = ''
           FROM runs r JOIN mailings m ON m.id = r.mailing_id
           WHERE m.owner_id = :owner AND t.run_id = r.id AND t.client_id = :client""",
    )
]
_SUPPRESSED = text(
    "DELETE FROM suppressions WHERE owner_id = :owner AND email = lower(:email)"
    " RETURNING reason, created_at"
).bindparams(bindparam("owner", type_=BigInteger()), bindparam("email", type_=Text()))


def keys(settings: Settings) -> list[bytes]:
    """The key of the hashes, and the one of before SECRET_KEY was changed."""
    return keys_for(settings, _PURPOSE)


def digest(owner_id: int, email: str, key: bytes) -> bytes:
    """What is kept of an address; another owner's hash of it is another one."""
    return hmac.digest(key, f"{owner_id}:{email.lower()}".encode(), hashlib.sha256)


async def erase(
    tx: Transaction,
    owner: User,
    client_id: int,
    actor: Actor,
    keys: Sequence[bytes],
    now: datetime,
) -> bool:
    """Erase a client everywhere; whether the address stays held off."""
    client = await queries.get(tx, owner, client_id, lock=True)
    held = await _keep_hash(tx, owner, client, keys)
    for statement in _FORGET:
        await tx.execute(statement, {"client": client.id, "owner": owner.id})
    await tx.execute(delete(ImportChange).where(ImportChange.client_id == client.id))
    await tx.delete(client)
    await tx.flush()
    await audit.record(tx, actor, "erase", ("clients", client.id, f"№ {client.id}"), now)
    return held


async def _keep_hash(tx: Transaction, owner: User, client: Client, keys: Sequence[bytes]) -> bool:
    found = {
        "unsubscribed_at": client.unsubscribed_at,
        "unsubscribed_because": client.unsubscribed_because,
        "bounced_at": client.bounced_at,
        "bounce_reason": client.bounce_reason,
    }
    suppressed = (await tx.execute(_SUPPRESSED, {"owner": owner.id, "email": client.email})).first()
    if suppressed is not None:
        found["unsubscribed_at"] = found["unsubscribed_at"] or suppressed.created_at
        found["unsubscribed_because"] = found["unsubscribed_because"] or suppressed.reason
    digests = [digest(owner.id, client.email, key) for key in keys]
    mine = (ErasedAddress.owner_id == owner.id, ErasedAddress.digest.in_(digests))
    await tx.execute(delete(ErasedAddress).where(*mine))
    if found["unsubscribed_at"] is None and found["bounced_at"] is None:
        return False
    row = {"owner_id": owner.id, "digest": digests[0], **found}
    await tx.execute(insert(ErasedAddress).values(**row))
    return True


async def any_of(tx: Transaction, owner: User) -> bool:
    """Whether the owner has erased anybody who is held off."""
    query = select(exists().where(ErasedAddress.owner_id == owner.id))
    return bool((await tx.execute(query)).scalar_one())


async def hold_off(
    tx: Transaction, owner: User, emails: Sequence[str], keys: Sequence[bytes]
) -> int:
    """Clients just written whose address is a held-off one: they get no mail either. How many."""
    digests = {digest(owner.id, email, key): email.lower() for email in emails for key in keys}
    mine = (ErasedAddress.owner_id == owner.id, ErasedAddress.digest.in_(digests))
    found = list(await tx.scalars(select(ErasedAddress).where(*mine)))
    for erased in found:
        same = (Client.owner_id == owner.id, queries.address_is(digests[erased.digest]))
        await tx.execute(
            update(Client)
            .where(*same, Client.unsubscribed_at.is_(None), Client.bounced_at.is_(None))
            .values(
                unsubscribed_at=erased.unsubscribed_at,
                unsubscribed_because=erased.unsubscribed_because,
                bounced_at=erased.bounced_at,
                bounce_reason=erased.bounce_reason,
                active=erased.bounced_at is None,
            )
            .execution_options(synchronize_session=False)
        )
    if found:
        marks.touch(tx, Client, owner.id)
    return len(found)


async def let_back(tx: Transaction, owner: User, email: str, keys: Sequence[bytes]) -> None:
    """The address may be written to again, for the client said so."""
    digests = [digest(owner.id, email, key) for key in keys]
    mine = (ErasedAddress.owner_id == owner.id, ErasedAddress.digest.in_(digests))
    await tx.execute(delete(ErasedAddress).where(*mine))
