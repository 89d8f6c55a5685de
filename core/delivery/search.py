"""Did an address get a letter? Found by the address or by a Message-ID."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select

from core.clients.models import Client
from core.db import Transaction
from core.delivery.models import Delivery, Run
from core.letters.models import Letter
from core.mailings.models import Mailing
from core.messages.models import MessageVersion

MOST = 200
OF_RUN = re.compile(r"<?r(\d{1,18})\.c(\d{1,18})\.[0-9a-f]+@[^>\s]+>?")
OF_LETTER = re.compile(r"<?letter\.(\d{1,18})\.\d+@[^>\s]+>?")


@dataclass(frozen=True)
class Found:
    """Deliveries with their run and subject, and letters of the service itself."""

    deliveries: Sequence[Row[Delivery, Run, str]] = ()
    letters: Sequence[Letter] = ()

    @property
    def nothing(self) -> bool:
        return not self.deliveries and not self.letters


_QUERY = (
    select(Delivery, Run, MessageVersion.subject)
    .join(Run, Run.id == Delivery.run_id)
    .join(MessageVersion, MessageVersion.id == Delivery.version_id)
    .order_by(Delivery.run_id.desc(), Delivery.client_id)
    .limit(MOST)
)


async def search(tx: Transaction, typed: str, *, everywhere: bool = False) -> Found:
    """The latest first. `everywhere` reads the whole ledger, for addresses no client has now."""
    typed = typed.strip()
    if named := OF_RUN.fullmatch(typed):
        key = (Delivery.run_id == int(named[1]), Delivery.client_id == int(named[2]))
        return Found((await tx.execute(_QUERY.where(*key))).all())
    if named := OF_LETTER.fullmatch(typed):
        letter = await tx.get(Letter, int(named[1]))
        return Found(letters=[letter] if letter else [])
    email = typed.lower()
    return Found(await _deliveries(tx, email, everywhere), await _letters(tx, email))


async def _deliveries(
    tx: Transaction, email: str, everywhere: bool
) -> Sequence[Row[Delivery, Run, str]]:
    if everywhere:
        return (await tx.execute(_QUERY.where(func.lower(Delivery.email) == email))).all()
    # The ledger is found by run and client; an owner's runs are few.
    theirs = select(Client.id, Client.owner_id).where(func.lower(Client.email) == email).subquery()
    of_owner = (
        select(Run.id, theirs.c.id.label("client"))
        .join(Mailing)
        .join(theirs, theirs.c.owner_id == Mailing.owner_id)
    )
    pairs = of_owner.subquery()
    same = (Delivery.run_id == pairs.c.id) & (Delivery.client_id == pairs.c.client)
    return (await tx.execute(_QUERY.join(pairs, same))).all()


async def _letters(tx: Transaction, email: str) -> Sequence[Letter]:
    query = select(Letter).where(func.lower(Letter.recipient) == email)
    return (await tx.scalars(query.order_by(Letter.id.desc()).limit(MOST))).all()
