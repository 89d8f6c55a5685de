"""A letter as its recipients will get it, sent to the owner alone and written in no ledger."""

from datetime import datetime

from core.clients import queries as clients
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


async def request(tx: Transaction, owner: User, message_id: int, now: datetime) -> None:
    """Have it sent to the owner's confirmed address."""
    require_confirmed(owner)
    message = await messages.get(tx, owner, message_id)
    args = {"message_id": message.id, "user_id": owner.id}
    key = f"sample:{message.version_id}:{int(now.timestamp()) // PAUSE}"
    await jobs.enqueue(tx, SEND_SAMPLE, "mail.tx", args, now, key=key)


async def envelope(
    tx: Transaction, press: Press, owner: User, message_id: int, now: datetime
) -> Envelope | None:
    """The mail, filled in with the newest client's values; None when the message is gone."""
    version = (await messages.get(tx, owner, message_id)).version_id
    if version is None:
        return None
    await press.prepare(tx, {version}, now)
    newest = (await clients.page(tx, owner, 0, 1, receiving=True)).rows
    own_name = {"name": owner.name, "first_name": owner.name}
    values = values_of(newest[0], owner.locale) if newest else own_name
    return press.envelope(Row(NOBODY, owner.email, values, version, 1, ""))
