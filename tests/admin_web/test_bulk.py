"""Many rows at once, workbooks, and tables whose keys are texts."""

import asyncio
import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from urllib.parse import quote

import pytest
from aiohttp.web import Application
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update

from admin_web.admin import keys
from admin_web.admin.many import work
from admin_web.resources import RESOURCES
from core.audit.models import Entry
from core.clients.models import Client
from core.db import Base, Sessions, clock
from core.errors import NotFound
from core.inbound.models import InboxPosition
from core.mailings.models import Mailing
from core.users.models import User
from tests import factories
from tests.admin_web.admin import Admin
from tests.admin_web.conftest import Browser
from tests.admin_web.test_admin_tables import delivery, mailing


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


async def test_all_that_match_are_switched_off_and_no_other(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    pace(browser).most = 3
    async with sessions.begin() as tx:
        owner, other = await factories.user(tx), await factories.user(tx)
        mine = [await factories.client(tx, owner) for _ in range(8)]
        await factories.client(tx, other)
        mine[0].active = False
    where = f"/admin/clients/bulk?verb=switch_off&all=yes&owner_id={owner.id}&id={mine[0].id}"
    asked = await admin.get((await admin.get(where)).headers["Location"])
    page = await asked.text()
    assert "Switch off: 8 rows" in page
    async with sessions.begin() as tx:
        late = await factories.client(tx, owner)
    ended = await admin.get(
        (await admin.post("/admin/clients/bulk/all", hidden(page))).headers["Location"]
    )
    assert "Every row has had its turn" in await ended.text()
    async with sessions() as tx:
        on = set(await tx.scalars(select(Client.owner_id).where(Client.active)))
        told = list(await tx.scalars(select(Entry).order_by(Entry.id)))
        assert (await tx.get_one(Client, late.id)).active
    assert on == {owner.id, other.id}
    assert [entry.action for entry in told].count("switch_off") == 7
    assert told[-1].action == "bulk_end"
    counts = {name: told[-1].changes[name][1] for name in ("succeeded", "same", "refused")}
    assert counts == {"succeeded": 7, "same": 1, "refused": 0}
    found = await admin.get(f"/admin/bulk/{told[-1].object_id}")
    assert found.headers["Location"].startswith("/admin/clients/bulk/")


async def test_what_hangs_on_all_that_match_is_shown_and_refusals_are_told(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        held = await mailing(tx, name="Bound")
        await delivery(tx, held)
        await factories.user(tx, name="Bound too")
        bound = await mailing(tx, name="Bound for ever")
        await delivery(tx, bound)
        await factories.user(tx, name="Bound less")
        await factories.user(tx, name="Other")
    page = await (await admin.get("/admin/users/bulk/all?verb=delete&q=Bound")).text()
    assert "Delete: 4 rows" in page
    assert "must stay, so forbids it" in page
    answer = await admin.post("/admin/users/bulk/all", hidden(page))
    ended = await (await admin.get(answer.headers["Location"])).text()
    assert ended.count("Something refers to this row") == 2
    left = {"Root", "Bound", "Bound for ever", "Other"}
    async with sessions() as tx:
        assert set(await tx.scalars(select(User.name))) == left
        told = list(await tx.scalars(select(Entry.object_name).where(Entry.action == "delete")))
        last = (await tx.scalars(select(Entry).order_by(Entry.id.desc()).limit(1))).one()
    assert told == ["Bound too", "Bound less"]
    counts = {name: last.changes[name][1] for name in ("succeeded", "same", "refused")}
    assert counts == {"succeeded": 2, "same": 0, "refused": 2}


async def test_a_deed_with_many_rows_is_stopped_and_goes_on(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        clients = [await factories.client(tx, owner) for _ in range(4)]
    page = await (await admin.get("/admin/clients/bulk/all?verb=switch_off")).text()
    pace(browser).most, pace(browser).patience = 1, 0.1
    async with sessions.begin() as tx:  # the second row is held, so that it stands there
        await tx.get_one(Client, clients[1].id, with_for_update=True)
        answer = await admin.post("/admin/clients/bulk/all", hidden(page))
        where = answer.headers["Location"]
        shown = await admin.get(where)
        assert shown.headers["Refresh"]
        assert (await admin.post(where + "/go-on")).status == 409
        assert (await admin.post(where + "/stop")).status == 303
    async with asyncio.timeout(10):
        while "broken off" not in (said := await (await admin.get(where)).text()):
            assert "Stopping" in said
    async with sessions() as tx:
        assert await tx.scalar(select(func.count()).where(Client.active)) == 2
    assert (await admin.post(where + "/go-on")).status == 303
    async with asyncio.timeout(10):
        while "had its turn" not in await (await admin.get(where)).text():
            pass
    async with sessions() as tx:
        assert await tx.scalar(select(func.count()).where(Client.active)) == 0


async def test_a_deed_that_is_broken_off_midway_goes_on_without_doing_a_row_twice(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        clients = [await factories.client(tx, owner) for _ in range(5)]
    page = await (await admin.get("/admin/clients/bulk/all?verb=switch_off")).text()
    pace(browser).most, pace(browser).patience = 2, 0.1
    assert isinstance(browser.app, Application)
    async with sessions.begin() as tx:  # the fourth row is held: the third is done, not committed
        await tx.get_one(Client, clients[3].id, with_for_update=True)
        answer = await admin.post("/admin/clients/bulk/all", hidden(page))
        [task] = browser.app[work.DOING].values()
        task.cancel()
        await asyncio.wait((task,))
        await tx.execute(update(Entry).values(at=Entry.at - timedelta(hours=1)))
    where = answer.headers["Location"]
    assert "broken off" in await (await admin.get(where)).text()
    pace(browser).patience = 10
    assert (await admin.post(where + "/go-on")).status == 303
    assert "had its turn" in await (await admin.get(where)).text()
    async with sessions() as tx:
        off = select(Entry.object_id).where(Entry.action == "switch_off").order_by(Entry.id)
        done = await tx.scalars(off)
        assert list(done) == [str(client.id) for client in clients]
        last = (await tx.scalars(select(Entry).order_by(Entry.id.desc()).limit(1))).one()
    assert last.changes["succeeded"][1] == 5


@pytest.mark.parametrize("query", ["verb=promote", "verb=delete&x=1", "verb=delete&is_admin=?"])
async def test_many_rows_are_named_by_what_the_list_allows_only(admin: Admin, query: str) -> None:
    assert (await admin.get(f"/admin/users/bulk/all?{query}")).status in (400, 404)
    form = {"verb": "delete", "query": query, "top": "W10="}
    assert (await admin.post("/admin/users/bulk/all", form)).status == 400


def hidden(page: str) -> dict[str, str]:
    """What a page's form carries besides its token."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return {name: unescape(value) for name, value in found.items() if name != "csrf"}


def pace(browser: Browser) -> work.Pace:
    """How the site that this browser looks at works off many rows."""
    assert isinstance(browser.app, Application)
    return browser.app[work.PACE]
