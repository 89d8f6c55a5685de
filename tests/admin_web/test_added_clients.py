"""Clients whom an administrator adds for an owner."""

from sqlalchemy import select

from core.audit.service import Actor
from core.bootstrap import Deps
from core.clients import erasing
from core.clients.models import Client
from tests import factories
from tests.admin_web.admin import Admin, administrator
from tests.admin_web.conftest import Browser

EMAIL = "anna@example.org"


async def test_an_erased_address_stays_held_off(browser: Browser, deps: Deps) -> None:
    await administrator(deps.sessions)
    admin = Admin(browser)
    await admin.sign_in()
    keys, who = erasing.keys(deps.settings), Actor("bot", "Anna")
    async with deps.sessions.begin() as tx:
        owner = await factories.user(tx)
        client = await factories.client(tx, owner, email=EMAIL, unsubscribed_at=factories.NOW)
        assert await erasing.erase(tx, owner, client.id, who, keys, factories.NOW)
    form = {"owner": owner.email, "email": EMAIL, "first_name": "", "last_name": ""}
    added = await admin.post("/admin/clients/new", form | {"phone": "", "tags": "", "comment": ""})
    assert added.status == 303
    async with deps.sessions() as tx:
        client = (await tx.scalars(select(Client))).one()
    assert (client.email, client.unsubscribed_at) == (EMAIL, factories.NOW)
