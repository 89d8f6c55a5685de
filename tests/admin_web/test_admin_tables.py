"""Tables on the site: listed, searched, sorted, opened, created, changed, deleted, exported."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from admin_web.admin.dashboard import TODAY
from admin_web.admin.export import safe
from admin_web.admin.labels import FIELDS
from admin_web.resources import RESOURCES
from core.accounts.models import SmtpAccount
from core.administration import service as administration
from core.audit.models import Entry
from core.clients.models import Client
from core.db import Sessions, Transaction, clock
from core.delivery.models import Delivery, Run
from core.delivery.returns import Return
from core.jobs import workers
from core.jobs.models import Job
from core.jobs.service import enqueue
from core.letters.models import EmailToken
from core.mailings import queries, service
from core.mailings.models import Mailing
from core.messages.models import Message
from core.scheduling.models import Schedule
from core.scheduling.rules import Recurrence
from core.sessions.models import Session
from core.users.models import User
from tests import factories
from tests.admin_web.admin import Admin
from tests.admin_web.conftest import Browser

NEW_USER = {
    "name": "Ольга Ким",
    "email": "Olga@Пример.рф",
    "phone": "8 999 123-45-67",
    "country": "RU",
    "timezone": "Asia/Omsk",
    "locale": "ru",
    "confirmed": "y",
}


async def mailing(tx: Transaction, **fields: object) -> Mailing:
    """An active daily mailing to one client."""
    owner = await factories.user(tx, **fields)
    await factories.client(tx, owner, email="ivan@example.com")
    message = await factories.message(tx, owner)
    everybody = ("all", None)
    daily, now = Recurrence("days"), await clock(tx)
    return await service.accept(tx, owner, message.id, *everybody, daily, None, now)


async def delivery(tx: Transaction, made: Mailing, **fields: object) -> Delivery:
    """A row of the mailing's first run."""
    now = await clock(tx)
    version = (await tx.get_one(Message, made.message_id)).version_id
    client = (await tx.scalars(select(Client).where(Client.owner_id == made.owner_id))).one()
    run = Run(mailing_id=made.id, no=1, version_id=version, due_at=now, created_at=now)
    tx.add(run)
    await tx.flush()
    key: dict[str, Any] = {"run_id": run.id, "client_id": client.id, "email": client.email}
    row = Delivery(
        **key, version_id=version, due_at=now, **{"status": "sent", "values": {}} | fields
    )
    tx.add(row)
    await tx.flush()
    return row


async def text_of(admin: Admin, path: str, status: int = 200) -> str:
    answer = await admin.get(path)
    assert answer.status == status, path
    return await answer.text()


async def test_every_table_is_listed_and_exported(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx, name="<script>alert(1)</script>")
        await delivery(tx, made, smtp_text="<script>alert(2)</script>")
        await enqueue(tx, "t", "mail.tx", {"a": 1}, await clock(tx))
    for name, resource in RESOURCES.items():
        page = await text_of(admin, f"/admin/{name}")
        assert "<script>alert" not in page, name
        exported = await admin.get(f"/admin/{name}.csv")
        assert (exported.status, exported.content_type) == (200, "text/csv"), name
        for sort in resource.sorts:
            await text_of(admin, f"/admin/{name}?sort=-{sort}")


def test_every_field_has_a_name() -> None:
    for resource in RESOURCES.values():
        named = {*resource.shown(), *resource.columns, *resource.fields, *resource.filters}
        assert not named - FIELDS.keys(), resource.name


async def test_pages_go_on_and_back_whatever_is_sorted(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        for n in range(120):
            blocked = now - timedelta(days=n) if n % 3 == 0 else None
            await factories.user(tx, name=f"U{n:03}", blocked_at=blocked, created_at=now)
    for sort in ("-id", "id", "name", "-name", "blocked_at", "-blocked_at", "-created_at"):
        seen, path = [], f"/admin/users?sort={sort}"
        pages = []
        while path:
            page = await text_of(admin, path)
            pages.append(names := _names(page))
            seen += names
            path = _link(page, "next")
        assert len(seen) == len(set(seen)) == 121, sort
        back = _link(page, "prev")
        assert _names(await text_of(admin, back)) == pages[-2], sort


def _names(page: str) -> list[str]:
    return [part.partition("<")[0] for part in page.split('class="row-link" href="')[1:]]


def _link(page: str, rel: str) -> str:
    tag = next((a for a in page.split("<a ") if f'rel="{rel}"' in a), "")
    return tag.partition('href="')[2].partition('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize(
    "query",
    [
        "sort=email;drop",
        "sort=phone",
        "sort=id'--",
        "country[]=RU",
        "passwords=1",
        "is_admin=maybe",
        "is_admin=yes' OR 1=1",
        "after=x",
        "after=WyJ4Il0=",
        "after=e30=",
        "q=" + "x" * 201,
    ],
)
async def test_what_no_list_offers_is_refused(admin: Admin, query: str) -> None:
    assert (await admin.get(f"/admin/users?{query}")).status == 400


async def test_search_and_filters_narrow_the_list(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        await factories.user(tx, name="Мария Орлова", country="DE")
        await factories.user(tx, name="100 % Скидка")
    for query, found in {
        f"q={quote('орлова мария')}": 1,
        "q=%25": 1,
        "q=_": 0,
        "country=DE": 1,
    }.items():
        page = await text_of(admin, f"/admin/users?{query}")
        assert len(_names(page)) == found, query
    assert "Nothing fits" in await text_of(admin, "/admin/users?q=zzz")


async def test_a_list_is_narrowed_in_place(admin: Admin) -> None:
    answer = await admin.get("/admin/users?q=root", **{"HX-Request": "true"})
    page = await answer.text()
    assert page.lstrip().startswith('<div id="rows">')
    assert "root@example.org" in page


async def test_a_user_is_added_changed_and_deleted(admin: Admin, sessions: Sessions) -> None:
    where = (await admin.post("/admin/users/new", NEW_USER)).headers["Location"]
    page = await text_of(admin, where)
    assert "Olga@пример.рф" in page
    assert "+7 999 123-45-67" in page
    changed = NEW_USER | {"name": "Ольга Цой", "phone": "+49 30 901820", "country": "DE"}
    changed["quiet"] = "с 22 до 8:30"
    assert (await admin.post(where + "/edit", changed)).status == 303
    async with sessions() as tx:
        user = (await tx.scalars(select(User).where(User.name == "Ольга Цой"))).one()
        assert (user.phone, user.country, user.timezone) == ("+4930901820", "DE", "Asia/Omsk")
        assert user.email_confirmed_at
        assert (user.quiet_from, user.quiet_to) == (22 * 60, 8 * 60 + 30)
        edit = (await tx.scalars(select(Entry).order_by(Entry.id.desc()).limit(1))).one()
    assert edit.action == "edit"
    assert edit.changes["name"] == ["Ольга Ким", "Ольга Цой"]
    assert edit.changes["quiet"] == ["", "22:00–8:30"]
    assert "timezone" not in edit.changes
    assert "22:00" in await text_of(admin, where)
    assert 'value="22:00–8:30"' in await text_of(admin, where + "/edit")
    assert "Nothing depends on it" in await text_of(admin, where + "/delete")
    assert (await admin.post(where + "/delete")).headers["Location"] == "/admin/users"
    assert (await admin.get(where)).status == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"email": "x"}, "e-mail"),
        ({"phone": "12"}, "too few digits"),
        ({"name": "a\nb"}, "one line"),
        ({"timezone": "Mars/Base"}, "valid choice"),
        ({"quiet": "at night"}, "as hours"),
    ],
)
async def test_a_wrong_field_is_told_beside_it(
    admin: Admin, wrong: dict[str, str], words: str
) -> None:
    answer = await admin.post("/admin/users/new", NEW_USER | wrong)
    page = await answer.text()
    assert answer.status == 422
    assert words in page
    assert "invalid-feedback" in page


async def test_a_proven_address_cannot_be_given_twice(admin: Admin) -> None:
    await admin.post("/admin/users/new", NEW_USER)
    answer = await admin.post("/admin/users/new", NEW_USER | {"name": "Another"})
    assert answer.status == 422
    assert "belongs to another user" in await answer.text()


async def test_blocking_a_user_freezes_all_and_holds(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx)
    path = f"/admin/users/{made.owner_id}"
    assert "mailings are frozen" in await text_of(admin, path + "/ask/block")
    assert (await admin.post(path + "/do/block")).status == 303
    async with sessions() as tx:
        assert (await tx.get_one(Mailing, made.id)).status == "frozen"
    refused = await admin.post(f"/admin/mailings/{made.id}/do/unfreeze")
    assert refused.status == 403
    assert "suspended" in await refused.text()
    assert (await admin.post(path + "/do/block")).status == 409
    assert (await admin.post(path + "/do/unblock")).status == 303
    assert (await admin.post(f"/admin/mailings/{made.id}/do/unfreeze")).status == 303


async def test_nobody_locks_themselves_out(admin: Admin, sessions: Sessions) -> None:
    async with sessions() as tx:
        me = (await tx.scalars(select(User.id))).one()
    for path in ("do/block", "do/demote", "delete"):
        answer = await admin.post(f"/admin/users/{me}/{path}")
        assert answer.status == 409
        assert "oneself" in await answer.text()


async def test_a_user_becomes_an_administrator(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
    path = f"/admin/users/{owner.id}/do"
    assert (await admin.post(f"{path}/invite")).status == 409
    assert (await admin.post(f"{path}/promote")).status == 303
    assert (await admin.post(f"{path}/invite")).status == 303
    async with sessions() as tx:
        assert (await tx.get_one(User, owner.id)).is_admin


async def test_a_users_dependents_are_shown_and_the_ledger_forbids_deletion(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx)
    path = f"/admin/users/{made.owner_id}/delete"
    page = await text_of(admin, path)
    for table in ("Messages", "Clients", "Mailings"):
        assert table in page
    assert "deleted with it" in page
    assert "must stay" not in page
    async with sessions.begin() as tx:
        await delivery(tx, made)
    assert "must stay" in await text_of(admin, path)
    assert (await admin.post(path)).status == 409
    async with sessions() as tx:
        assert await tx.get(User, made.owner_id)


async def test_deleting_a_user_leaves_no_schedule_behind(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx)
    assert (await admin.post(f"/admin/users/{made.owner_id}/delete")).status == 303
    async with sessions() as tx:
        assert (await tx.scalars(select(Schedule))).all() == []
        assert (await tx.scalars(select(Mailing))).all() == []


async def test_a_deleted_mailing_is_finished_and_hidden_and_its_ledger_stays(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx)
        await delivery(tx, made)
    path = f"/admin/mailings/{made.id}"
    assert "stay on the ledger" in await text_of(admin, path + "/delete")
    assert (await admin.post(path + "/delete")).status == 303
    async with sessions() as tx:
        kept = await tx.get_one(Mailing, made.id)
        assert (kept.status, bool(kept.hidden_at)) == ("finished", True)
        owner = await tx.get_one(User, made.owner_id)
        assert (await queries.page(tx, owner)).rows == []
        assert len((await tx.scalars(select(Delivery))).all()) == 1


async def test_mailings_freeze_go_on_and_finish(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx)
    path = f"/admin/mailings/{made.id}"
    for verb, status in (("freeze", "frozen"), ("unfreeze", "active"), ("finish", "finished")):
        assert (await admin.post(f"{path}/do/{verb}")).status == 303
        async with sessions() as tx:
            assert (await tx.get_one(Mailing, made.id)).status == status
    assert (await admin.post(f"{path}/do/freeze")).status == 409
    assert (await admin.post(f"{path}/edit", {"message_id": "1"})).status == 422


async def test_a_mailing_is_started_and_changed_for_an_owner(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx, quiet_from=1320, quiet_to=480)
        await factories.client(tx, owner)
        message = await factories.message(tx, owner)
    form = {"owner": owner.email, "message_id": str(message.id), "start": "завтра в 9:00"}
    answer = await admin.post("/admin/mailings/new", form | {"repeat": "каждый день"})
    where = answer.headers["Location"]
    assert "every day at 09:00" in (page := await text_of(admin, where))
    assert "22:00" in page  # its owner's quiet hours
    change = {"message_id": str(message.id), "repeat": "every 2 hours", "quiet": "21:30-9"}
    assert (await admin.post(where + "/edit", change)).status == 303
    assert "every 2 hours" in (page := await text_of(admin, where))
    assert "21:30" in page
    wrong = await admin.post("/admin/mailings/new", form | {"repeat": "sometimes"})
    assert wrong.status == 422


async def test_a_message_is_written_for_an_owner(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
    form = {"owner": owner.email, "subject": "Тема", "html": "<p>Hi <img src=x onerror=a()></p>"}
    where = (await admin.post("/admin/messages/new", form)).headers["Location"]
    assert "Тема" in await text_of(admin, where)
    frame = await admin.get(where + "/preview")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script" not in frame.headers["Content-Security-Policy"]
    wrong = await admin.post("/admin/messages/new", form | {"owner": "nobody@example.org"})
    assert "no user with the address" in await wrong.text()


async def test_a_client_is_added_changed_and_switched_off(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
    form = {"owner": owner.email, "email": "ivan@example.com", "tags": "vip, Москва"}
    form |= {"first_name": "Иван", "last_name": "", "phone": "", "comment": ""}
    where = (await admin.post("/admin/clients/new", form)).headers["Location"]
    assert (await admin.post(where + "/edit", form | {"first_name": "Пётр"})).status == 303
    assert (await admin.post(where + "/do/switch_off")).status == 303
    again = await admin.post("/admin/clients/new", form)
    assert again.status == 422
    async with sessions() as tx:
        client = (await tx.scalars(select(Client))).one()
    assert (client.first_name, client.tags, client.active) == ("Пётр", ["vip", "Москва"], False)


@pytest.mark.parametrize("table", ["deliveries", "audit_log", "runs", "message_versions"])
async def test_what_is_history_cannot_be_changed(admin: Admin, table: str) -> None:
    for path in ("new", "1/edit", "1/delete", "1-1/edit", "1-1/delete"):
        assert (await admin.post(f"/admin/{table}/{path}")).status == 404, path
        assert (await admin.get(f"/admin/{table}/{path}")).status == 404, path


async def test_no_secret_is_shown(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        now, owner = await clock(tx), await factories.user(tx)
        token = EmailToken(user_id=owner.id, purpose="confirm", email="a@example.org")
        token.token_hash, token.code_hash = "TOKENHASH", "CODEHASH"
        token.created_at, token.expires_at = now, now + timedelta(hours=1)
        tx.add(token)
        await tx.flush()
        session = (await tx.scalars(select(Session))).one()
    paths = ["email_tokens", f"email_tokens/{token.id}", "email_tokens.csv"]
    paths += ["sessions", f"sessions/{session.id}", "sessions.csv", "settings"]
    for path in paths:
        page = await text_of(admin, f"/admin/{path}")
        for secret in ("TOKENHASH", "CODEHASH", session.token_hash, admin.cookie, "s" * 32):
            assert secret not in page, path


async def test_a_failed_job_is_tried_again_or_dropped(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        jobs = [await enqueue(tx, "workers.tasks.x", "mail.tx", {}, now) for _ in range(3)]
        for job in jobs:
            job.status, job.error, job.failures = "failed", "ValueError: nothing", 10
    assert "ValueError: nothing" in await text_of(admin, "/admin/tasks")
    assert (await admin.post(f"/admin/jobs/{jobs[0].id}/do/retry")).status == 303
    assert (await admin.post(f"/admin/jobs/{jobs[1].id}/do/drop")).status == 303
    assert (await admin.post("/admin/tasks/retry")).status == 303
    async with sessions() as tx:
        left = {job.id: job.status for job in await tx.scalars(select(Job))}
    assert left == {jobs[0].id: "queued", jobs[2].id: "queued"}


async def test_a_scheduler_alone_shows_its_counts_and_is_no_worker(
    admin: Admin, sessions: Sessions
) -> None:
    none = "No worker is running"
    for queues, shown in (([], True), (["mail.tx"], False)):
        async with sessions.begin() as tx:
            await workers.beat(tx, "host", 7, queues, await clock(tx))
            await workers.started(tx, "host", 7, 2, "hint")
        page = await text_of(admin, "/admin/tasks")
        assert (none in page, "scheduler ·" in page) == (shown, shown)
    assert "Dates started by hints: 4, by looking: 0" in page


async def test_a_delivery_is_found_by_address_and_by_message_id(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        row = await delivery(tx, await mailing(tx), smtp_text="queued as 1A2B")
    assert "queued as 1A2B" in await text_of(admin, "/admin/search?q=Ivan@Example.com")
    page = await text_of(admin, f"/admin/deliveries/{row.run_id}-{row.client_id}")
    message_id = page.partition("Message-ID: &lt;")[2].partition("&gt;")[0]
    assert "queued as 1A2B" in await text_of(admin, f"/admin/search?q=%3C{message_id}%3E")
    assert "No letter to this address" in await text_of(admin, "/admin/search?q=x@example.com")
    async with sessions.begin() as tx:
        await tx.delete(await tx.get_one(Client, row.client_id))
    gone = "/admin/search?q=ivan@example.com"
    assert "No letter to this address" in await text_of(admin, gone)
    assert "queued as 1A2B" in await text_of(admin, gone + "&everywhere=1")


async def test_a_mail_is_shown_as_sent_without_its_unsubscribe_link(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        row = await delivery(tx, await mailing(tx), values={"first_name": "Иван"})
    mail = await text_of(admin, f"/admin/deliveries/{row.run_id}-{row.client_id}/preview")
    assert "Здравствуйте, Иван!" in mail
    assert "/u/…" in mail
    assert mail.count("/u/") == mail.count("/u/…")


async def test_the_uncertain_and_the_failed_are_decided_about(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        row = await delivery(tx, await mailing(tx), status="uncertain", reason="no_answer")
        run = await tx.get_one(Run, row.run_id)
        run.status, run.finished_at = "finished", run.due_at
    path = f"/admin/runs/{row.run_id}"
    assert "may get the letter twice" in await text_of(admin, path + "/ask/send_again")
    assert (await admin.post(path + "/do/count_as_sent")).status == 303
    async with sessions() as tx:
        decided = (await tx.scalars(select(Delivery))).one()
    assert (decided.status, decided.reason) == ("sent", "decided")
    assert "Counted as sent" in await text_of(admin, "/admin/past_outcomes")


async def test_a_mailing_tells_what_waits_for_a_decision_and_one_letter_is_decided_alone(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx)
        row = await delivery(tx, made, status="failed")
        run = await tx.get_one(Run, row.run_id)
        run.status, run.finished_at = "finished", run.due_at
        client = await factories.client(tx, await tx.get_one(User, made.owner_id))
        key: dict[str, Any] = {"run_id": run.id, "client_id": client.id, "email": client.email}
        asked: dict[str, Any] = {"version_id": row.version_id, "due_at": row.due_at}
        again = Delivery(**key, **asked, status="uncertain", reason="no_answer", values={})
        tx.add(again)
    page = await text_of(admin, f"/admin/mailings/{run.mailing_id}")
    for said in ("1 letter</a>", "they have not arrived", "may have arrived or not"):
        assert said in page
    path = f"/admin/deliveries/{again.run_id}-{again.client_id}"
    assert "may arrive twice" in await text_of(admin, path + "/ask/send_again")
    assert (await admin.post(path + "/do/retry_failed")).status == 409
    assert (await admin.post(path + "/do/send_again")).status == 303
    async with sessions() as tx:
        found = {each.client_id: each.status for each in await tx.scalars(select(Delivery))}
    assert found == {row.client_id: "failed", again.client_id: "queued"}
    assert (await admin.post(f"/admin/mailings/{run.mailing_id}/do/retry_failed")).status == 303
    assert (await admin.post(f"/admin/mailings/{run.mailing_id}/do/retry_failed")).status == 409


async def test_a_spreadsheet_takes_no_cell_for_a_formula(admin: Admin, sessions: Sessions) -> None:
    for typed in ("=1+1", "+1", "-1", "@x", "\tx", "\rx"):
        assert safe(typed) == "'" + typed
    assert safe(-1) == "-1"
    async with sessions.begin() as tx:
        await factories.user(tx, name="=cmd|' /C calc'!A0")
    exported = (await text_of(admin, "/admin/users.csv?q=calc")).lstrip("\ufeff")
    [row] = csv.DictReader(StringIO(exported))
    assert row["name"] == "'=cmd|' /C calc'!A0"


async def test_the_first_page_counts_the_day(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        await delivery(tx, await mailing(tx), settled_at=await clock(tx))
    await browser.app[TODAY]()  # however long it takes on this machine
    page = await text_of(admin, "/admin")
    assert "As of" in page
    assert "Running now" in page
    assert "example.com" in page


async def test_runs_in_progress_are_pushed(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        await delivery(tx, await mailing(tx))
    answer = await admin.get("/admin/live/runs")
    assert answer.content_type == "text/event-stream"
    assert "X-Frame-Options" in answer.headers
    line = await answer.content.readline()
    assert b"1 of 1" in line
    answer.close()


async def test_a_broken_page_shows_no_trace(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx)
        schedule = (await tx.scalars(select(Schedule))).one()
        schedule.recurrence = {"kind": "nonsense"}
    answer = await admin.get(f"/admin/mailings/{made.id}")
    page = await answer.text()
    assert answer.status >= 400
    for trace in ("Traceback", "/site-packages/", "sqlalchemy"):
        assert trace not in page


async def test_a_deed_with_a_whole_table_has_no_row_to_lead_to(
    admin: Admin, sessions: Sessions
) -> None:
    await text_of(admin, "/admin/users.csv")
    async with sessions.begin() as tx:
        root = (await tx.scalars(select(User))).one()
        await administration.invite(tx, root, await clock(tx))
        entries = (await tx.scalars(select(Entry).order_by(Entry.id.desc()).limit(2))).all()
    for entry in entries:
        page = await text_of(admin, f"/admin/audit_log/{entry.id}")
        assert f'href="/admin/{entry.object_type}/"' not in page
        assert "№ </a>" not in page
    assert "Invitation made" in await text_of(admin, "/admin/audit_log")
    assert "Password letter sent" not in await text_of(admin, "/admin/audit_log")


async def test_a_row_that_a_deed_was_about_is_led_to(admin: Admin, sessions: Sessions) -> None:
    where = (await admin.post("/admin/users/new", NEW_USER)).headers["Location"]
    async with sessions() as tx:
        entry = (await tx.scalars(select(Entry).order_by(Entry.id.desc()).limit(1))).one()
    assert f'href="{where}"' in await text_of(admin, f"/admin/audit_log/{entry.id}")


async def test_an_account_that_rests_says_why_in_words(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        rests = {"problem": "connect", "backing_off_until": await clock(tx), "enabled": True}
        account = SmtpAccount(name="Main", host="smtp.example.org", port=587, **rests)
        account.security, account.from_address = "starttls", "shop@example.org"
        account.created_at = await clock(tx)
        tx.add(account)
    page = await text_of(admin, f"/admin/smtp_accounts/{account.id}")
    assert ": Does not answer</div>" in page


async def test_what_came_back_from_one_client_is_not_said_of_another(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx)
        row, now = await delivery(tx, made), await clock(tx)
        other = await factories.client(tx, await tx.get_one(User, made.owner_id))
        key: dict[str, Any] = {"run_id": row.run_id, "email": other.email, "due_at": now}
        sent: dict[str, Any] = {"version_id": row.version_id, "status": "sent", "values": {}}
        tx.add(Delivery(client_id=other.id, **key, **sent))
        await tx.flush()
        for client_id in (row.client_id, other.id):
            came: dict[str, Any] = {"kind": "bounce", "reason": "spam", "text": "no"}
            key = {"run_id": row.run_id, "client_id": client_id, "received_at": now}
            tx.add(Return(**key, **came))
    page = await text_of(admin, "/admin/returns")
    assert "Taken for spam" in page
    assert page.count(row.email) == page.count(other.email)
