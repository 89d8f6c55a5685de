"""Of how many clients a placeholder has no value: nothing would stand there in their letters."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, select

from core.clients.models import Client
from core.clients.queries import RECEIVING
from core.db import Transaction
from core.users.models import User

# As core.clients.values leaves values out.
_EMPTY: dict[str, ColumnElement[bool]] = {
    "first_name": Client.first_name == "",
    "last_name": Client.last_name == "",
    "name": (Client.first_name == "") & (Client.last_name == ""),
    "phone": func.coalesce(Client.phone, "") == "",
    "country": Client.country.is_(None),
    "city": Client.city == "",
    "company": Client.company == "",
    "timezone": Client.timezone.is_(None),
    "language": Client.language.is_(None),
    "comment": Client.comment == "",
    "tags": func.cardinality(Client.tags) == 0,
    "consent": Client.consent == "",
    "consent_on": Client.consent_on.is_(None),
}


async def lacking(
    tx: Transaction, owner: User, meant: ColumnElement[bool], names: Sequence[str]
) -> Mapping[str, int]:
    """By placeholder, the owner's own fields too; everybody has an address."""
    asked = [name for name in names if name != "email"]
    if not asked:
        return {}
    counts = [func.count().filter(_empty(name)) for name in asked]
    query = select(*counts).where(Client.owner_id == owner.id, RECEIVING, meant)
    return dict(zip(asked, (await tx.execute(query)).one(), strict=True))


def _empty(name: str) -> ColumnElement[bool]:
    own = func.coalesce(Client.own[name].astext, "") == ""
    return _EMPTY.get(name, own)
