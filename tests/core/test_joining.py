"""Signing in to an account that exists takes along what was written before."""

from sqlalchemy import select

from core.cache.marks import scopes_of, versions
from core.clients import queries
from core.clients.models import Client, OwnField
from core.db import Sessions
from core.joining import absorb
from core.users.models import User
from tests import factories
from tests.factories import NOW


def field(owner: User, key: str, title: str) -> OwnField:
    return OwnField(owner_id=owner.id, key=key, title=title, kind="text", created_at=NOW)


async def test_clients_and_their_own_fields_come_along_and_are_counted(sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        kept = await factories.user(tx)
        left = await factories.user(tx, email_confirmed_at=None)
        await factories.client(tx, kept, email="anna@example.org")
        await factories.client(tx, left, email="ANNA@example.org")
        await factories.client(tx, left, own={"size": "42", "car": "Niva"})
        tx.add_all([field(kept, "size", "Size"), field(left, "size", "Shoes")])
        tx.add(field(left, "car", "Car"))
    scopes = scopes_of(Client, kept.id)
    async with sessions.begin() as tx:
        before = await versions(tx, scopes)
        await absorb(tx, left, kept)
    async with sessions() as tx:
        assert await versions(tx, scopes) > before
        assert (await queries.counts(tx, kept)).total == 2
        titles = select(OwnField.title).where(OwnField.owner_id == kept.id).order_by(OwnField.id)
        assert (await tx.scalars(titles)).all() == ["Size", "Car"]
        assert await tx.get(User, left.id) is None
