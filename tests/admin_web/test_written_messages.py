"""Messages that an administrator writes for an owner."""

from sqlalchemy import select

from core.db import Sessions
from core.messages.models import MessageVersion
from tests import factories
from tests.admin_web.admin import Admin


async def layouts(sessions: Sessions) -> list[str]:
    async with sessions() as tx:
        query = select(MessageVersion.layout).order_by(MessageVersion.id)
        return list(await tx.scalars(query))


async def test_a_message_is_given_a_look_and_another_one(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
    form = {"owner": owner.email, "subject": "Тема", "html": "<p>Hi</p>", "layout": "card"}
    shown = await (await admin.get("/admin/messages/new")).text()
    assert '<option selected value="letter">Letter</option>' in shown
    where = (await admin.post("/admin/messages/new", form)).headers["Location"]
    assert await layouts(sessions) == ["card"]
    again = {"subject": "Тема", "html": "<p>Hi</p>", "layout": "plain"}
    assert (await admin.post(where + "/edit", again)).status == 303
    assert (await admin.post(where + "/edit", again | {"layout": "../x"})).status == 422
    assert await layouts(sessions) == ["card", "plain"]
