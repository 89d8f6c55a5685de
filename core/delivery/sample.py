"""A letter as its recipients will get it, sent to the owner alone and written in no ledger."""

from datetime import datetime

from sqlalchemy import ColumnElement

from core.clients import queries as clients
from core.clients.models import Client
from core.clients.values import values_of
from core.db import Transaction
from core.delivery.claims import Row
from core.delivery.press import Press
from core.jobs import service as jobs
from core.mail.transport import Envelope
from core.messages import queries as messages
from core.users.models import User
from core.users.service import require_confirmed

SEND_SAMPLE = "workers.tasks.send_sample"
PAUSE = 20  # seconds in which a second tap is the first one
NOBODY = 0  # whose link unsubscribes nobody


async def request(
    tx: Transaction,
    owner: User,
    message_id: int,
    now: datetime,
    meant: ColumnElement[bool] | None = None,
) -> None:
    """Have it sent to the owner's confirmed address, as the newest client of those `meant`."""
    require_confirmed(owner)
    message = await messages.get(tx, owner, message_id)
    newest = await clients.newest(tx, owner, meant)
    client_id = newest.id if newest else NOBODY
    args = {"message_id": message.id, "user_id": owner.id, "client_id": client_id}
    key = f"sample:{message.version_id}:{client_id}:{int(now.timestamp()) // PAUSE}"
    await jobs.enqueue(tx, SEND_SAMPLE, "mail.tx", args, now, key=key)


async def envelope(
    tx: Transaction, press: Press, owner: User, message_id: int, client_id: int, now: datetime
) -> Envelope | None:
    """The mail, filled in with a client's values; None when the message is gone."""
    version = (await messages.get(tx, owner, message_id)).version_id
    if version is None:
        return None
    await press.prepare(tx, {version}, now)
    client = await tx.scalar(clients.of(owner).where(Client.id == client_id))
    own_name = {"name": owner.name, "first_name": owner.name}
    values = values_of(client, owner.locale) if client else own_name
    return press.envelope(Row(NOBODY, owner.email, values, version, 1, ""))
