"""Clients whom an administrator unsubscribes, and lets get letters again."""

from sqlalchemy import func, select

from core.audit.models import Entry
from core.bootstrap import Deps
from core.clients.models import Client
from core.suppressions.models import Suppression
from core.suppressions.service import hold_off
from tests import factories
from tests.admin_web.admin import Admin

EMAIL = "ivan@example.com"


async def client(deps: Deps, **fields: object) -> Client:
    async with deps.sessions.begin() as tx:
        return await factories.client(tx, await factories.user(tx), email=EMAIL, **fields)


async def reread(deps: Deps) -> Client:
    async with deps.sessions() as tx:
        return (await tx.scalars(select(Client))).one()


async def page_of(admin: Admin, row: Client) -> str:
    return await (await admin.get(f"/admin/clients/{row.id}")).text()


async def test_an_administrator_who_unsubscribes_a_client_is_no_button_in_a_letter(
    admin: Admin, deps: Deps
) -> None:
    row = await client(deps)
    assert (await admin.post(f"/admin/clients/{row.id}/do/unsubscribe")).status == 303
    assert (await reread(deps)).unsubscribed_because == "owner"
    page = await page_of(admin, row)
    assert "Noted by an administrator" in page
    assert "Button in a letter" not in page


async def test_who_complained_gets_letters_again_with_a_consent_that_is_kept(
    admin: Admin, deps: Deps
) -> None:
    row = await client(deps, unsubscribed_at=factories.NOW, unsubscribed_because="complaint")
    async with deps.sessions.begin() as tx:
        await hold_off(tx, EMAIL, "complaint", factories.NOW, owner_id=row.owner_id)
    path = f"/admin/clients/{row.id}"
    question = await (await admin.get(path + "/ask/resubscribe")).text()
    assert 'name="consent"' in question
    assert "by phone on 24 November" in question
    words = "by phone on 30 November, Anna"
    assert (await admin.post(path + "/do/resubscribe", {"consent": words})).status == 303
    back = await reread(deps)
    assert (back.unsubscribed_at, back.unsubscribed_because) == (None, None)
    assert back.consent == words
    assert back.consent_on
    assert words in await page_of(admin, row)
    async with deps.sessions() as tx:
        assert await tx.scalar(select(func.count()).select_from(Suppression)) == 0
        deeds = (await tx.scalars(select(Entry.action).where(Entry.object_type == "clients"))).all()
    assert deeds == ["resubscribe"]


async def test_without_a_consent_nobody_is_written_to_again(admin: Admin, deps: Deps) -> None:
    row = await client(deps, unsubscribed_at=factories.NOW, unsubscribed_because="link")
    answer = await admin.post(f"/admin/clients/{row.id}/do/resubscribe", {"consent": "yes"})
    page = await answer.text()
    assert answer.status == 422
    assert "Where did the client agree again?" in page
    assert 'value="yes"' in page
    assert (await reread(deps)).unsubscribed_at
