"""Many rows at once, workbooks, and tables whose keys are texts."""

from io import BytesIO
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from admin_web.admin import keys
from admin_web.resources import RESOURCES
from core.audit.models import Entry
from core.clients.models import Client
from core.db import Base, Sessions, clock
from core.errors import NotFound
from core.inbound.models import InboxPosition
from core.mailings.models import Mailing
from core.users.models import User
from tests import factories
from tests.admin_web.admin import Admin, administrator
from tests.admin_web.conftest import Browser
from tests.admin_web.test_admin_tables import delivery, mailing


@pytest.fixture
async def admin(browser: Browser, sessions: Sessions) -> Admin:
    """A browser that is signed in."""
    await administrator(sessions)
    made = Admin(browser)
    assert (await made.sign_in()).status == 303
    return made


def test_no_table_is_left_out() -> None:
    inner = {"version_files", "run_counts"}  # a bare link, and what a run's page adds up
    assert set(Base.metadata.tables) - set(RESOURCES) == inner


async def test_clients_are_switched_off_together(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        clients = [await factories.client(tx, owner) for _ in range(3)]
    ids = "&".join(f"id={client.id}" for client in clients[:2])
    asked = await (await admin.get(f"/admin/clients/bulk?verb=switch_off&{ids}")).text()
    assert clients[0].name in asked
    form = [("verb", "switch_off"), *(("id", str(client.id)) for client in clients[:2])]
    answer = await admin.post_many("/admin/clients/bulk", form)
    assert "Done: 2 rows" in await answer.text()
    async with sessions() as tx:
        off = set(await tx.scalars(select(Client.id).where(Client.active.is_(False))))
        told = set(await tx.scalars(select(Entry.object_id).where(Entry.action == "switch_off")))
    assert off == {clients[0].id, clients[1].id}
    assert told == {str(id_) for id_ in off}


async def test_what_hangs_on_the_rows_is_shown_and_each_row_stands_for_itself(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        held = await mailing(tx, name="Held")
        await delivery(tx, held)
        free = await factories.user(tx, name="Free")
        await factories.client(tx, free)
    where = f"/admin/users/bulk?verb=delete&id={held.owner_id}&id={free.id}"
    page = await (await admin.get(where)).text()
    assert "must stay, so forbids it" in page
    assert "deleted with it" in page
    form = [("verb", "delete"), ("id", str(held.owner_id)), ("id", str(free.id))]
    page = await (await admin.post_many("/admin/users/bulk", form)).text()
    assert "Done: 1 row" in page
    assert "Not done: 1 row" in page
    async with sessions() as tx:
        names = set(await tx.scalars(select(User.name)))
    assert "Held" in names
    assert "Free" not in names


async def test_mailings_deleted_together_keep_their_ledger(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        made = [await mailing(tx) for _ in range(2)]
    form = [("verb", "delete"), *(("id", str(each.id)) for each in made)]
    assert "Done: 2 rows" in await (await admin.post_many("/admin/mailings/bulk", form)).text()
    async with sessions() as tx:
        kept = (await tx.scalars(select(Mailing))).all()
    assert [(each.status, bool(each.hidden_at)) for each in kept] == [("finished", True)] * 2


@pytest.mark.parametrize("verb", ["promote", "delete", "nonsense", ""])
async def test_what_is_not_for_many_is_not_done_with_many(
    admin: Admin, sessions: Sessions, verb: str
) -> None:
    table = "audit_log" if verb == "delete" else "users"
    assert (await admin.get(f"/admin/{table}/bulk?verb={verb}&id=1")).status == 404
    assert (await admin.post(f"/admin/{table}/bulk", {"verb": verb, "id": "1"})).status == 404


async def test_a_workbook_has_moments_numbers_and_no_formula(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        await factories.user(tx, name="=1+1")
    answer = await admin.get(f"/admin/users.xlsx?q={quote('=1+1')}")
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    sheet = CalamineWorkbook.from_filelike(BytesIO(await answer.read())).get_sheet_by_index(0)
    head, row = sheet.to_python()
    values = dict(zip(head, row, strict=True))
    assert values["Name"] == "=1+1"
    assert values["Created"].year >= 2026  # type: ignore[union-attr]
    assert isinstance(values["No."], float)


async def test_rows_are_found_by_keys_that_are_texts(admin: Admin, sessions: Sessions) -> None:
    name = "imap://me@mail.example.org:993/Вход-1?x=%2F"
    async with sessions.begin() as tx:
        tx.add(InboxPosition(name=name, validity=1, last_uid=2))
    listed = await (await admin.get("/admin/inbox_positions")).text()
    where = f"/admin/inbox_positions/{keys.written(name)}"
    assert where in listed
    assert "Mailbox" in await (await admin.get(where)).text()
    assert (await admin.post(where + "/delete")).status == 303
    async with sessions() as tx:
        assert (await tx.scalars(select(InboxPosition))).all() == []
        assert await clock(tx)


@pytest.mark.parametrize("text", ["", "a-b", "~", "%2F/..", "Ж", "x" * 100, "a.b@c:d_e"])
def test_a_text_key_comes_back_as_it_was(text: str) -> None:
    assert keys.read(keys.written(text), as_text=True) == text


@pytest.mark.parametrize("part", ["~~zz", "~~", "~~ff", "~a/b", "a", "~~00", "~~4G"])
def test_a_key_that_was_never_written_is_not_found(part: str) -> None:
    with pytest.raises(NotFound):
        keys.read(part, as_text=True)
