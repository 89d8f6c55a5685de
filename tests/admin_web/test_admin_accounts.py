"""Mail accounts on the site: added, tried, changed; their passwords are shown to nobody."""

from pydantic import SecretStr
from sqlalchemy import select

from core.accounts.crypto import Vault
from core.accounts.models import SmtpAccount
from core.accounts.sealed import password_of
from core.bootstrap import Deps
from core.db import clock
from core.mail.presets import account_of
from core.settings import Settings
from core.signing_keys import service as signing_keys
from tests import factories
from tests.admin_web.admin import Admin
from tests.core.mail.sink import Sink

ACCOUNT = {
    "name": "Main",
    "host": "127.0.0.1",
    "port": "2525",
    "security": "none",
    "username": "",
    "password": "",
    "from_address": "shop@example.org",
    "from_name": "Shop",
    "priority": "10",
    "connections": "",
    "per_second": "",
    "per_hour": "",
    "per_day": "500",
}
SECRET = "correct horse"
OTHER = Settings(secret_key=SecretStr("o" * 32))  # after SECRET_KEY was lost


async def kept(deps: Deps) -> SmtpAccount:
    async with deps.sessions() as tx:
        return (await tx.scalars(select(SmtpAccount))).one()


async def test_an_account_is_kept_sealed_and_shown_without_its_password(
    admin: Admin, deps: Deps
) -> None:
    form = ACCOUNT | {"username": "shop", "password": SECRET}
    where = (await admin.post("/admin/smtp_accounts/new", form)).headers["Location"]
    row, vault = await kept(deps), Vault(deps.settings)
    assert row.password
    assert SECRET not in row.password
    assert password_of(row, vault) == SECRET
    for path in (where, where + "/edit", "/admin/smtp_accounts", "/admin/smtp_accounts.csv"):
        page = await (await admin.get(path)).text()
        assert SECRET not in page
        assert row.password not in page


async def test_a_password_outlives_a_change_of_server(admin: Admin, deps: Deps) -> None:
    form = ACCOUNT | {"username": "shop", "password": SECRET}
    where = (await admin.post("/admin/smtp_accounts/new", form)).headers["Location"]
    changed = form | {"password": "", "host": "mail.example.org", "per_day": ""}
    assert (await admin.post(where + "/edit", changed)).status == 303
    row = await kept(deps)
    assert (row.host, row.per_day) == ("mail.example.org", None)
    assert password_of(row, Vault(deps.settings)) == SECRET


async def test_limits_by_domain_and_a_warm_up_are_shown_and_changed(
    admin: Admin, deps: Deps
) -> None:
    plans = {"domain_limits": "Gmail.com 10/s\n* 5/h", "warm_up": "50 100", "warm_up_from": ""}
    where = (await admin.post("/admin/smtp_accounts/new", ACCOUNT | plans)).headers["Location"]
    row = await kept(deps)
    assert row.domain_limits == {"gmail.com": {"per_second": 10}, "*": {"per_hour": 5}}
    assert (row.warm_up, row.warm_up_from) == ([50, 100], row.created_at.date())
    for path in (where, where + "/edit"):
        page = await (await admin.get(path)).text()
        assert "gmail.com 10/s\n* 5/h" in page
        assert "50, 100" in page
    wrong = await admin.post(where + "/edit", ACCOUNT | {"domain_limits": "gmail.com often"})
    assert wrong.status == 422
    assert "is not a limit" in await wrong.text()
    none = dict.fromkeys(plans, "")
    assert (await admin.post(where + "/edit", ACCOUNT | none)).status == 303
    row = await kept(deps)
    assert (row.domain_limits, row.warm_up, row.warm_up_from) == ({}, [], None)


async def test_a_test_letter_is_sent_and_a_refusal_is_told(admin: Admin, deps: Deps) -> None:
    sink = Sink()
    await sink.start()
    form = ACCOUNT | {"port": str(sink.port)}
    where = (await admin.post("/admin/smtp_accounts/new", form)).headers["Location"]
    page = await (await admin.post(where + "/test")).text()
    assert "accepted the letter" in page
    assert sink.times == {"root@example.org": 1}
    sink.stop()
    answer = await admin.post(where + "/test")
    assert answer.status == 422
    assert "does not answer on port" in await answer.text()


async def test_a_test_letter_says_that_the_key_of_its_domain_cannot_be_read(
    admin: Admin, deps: Deps
) -> None:
    where = (await admin.post("/admin/smtp_accounts/new", ACCOUNT)).headers["Location"]
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        key = await signing_keys.make(tx, deps.settings, "example.org", now)
        key.signs_since = now
        key.private_key = Vault(OTHER, signing_keys.PURPOSE).seal("x", "example.org")
    answer = await admin.post(where + "/test")
    assert answer.status == 409
    assert "The key that signs for example.org can no longer be read" in await answer.text()


async def test_an_account_of_the_settings_says_so_and_takes_limits_only(
    admin: Admin, deps: Deps
) -> None:
    where = (await admin.post("/admin/smtp_accounts/new", ACCOUNT)).headers["Location"]
    async with deps.sessions.begin() as tx:
        (await tx.scalars(select(SmtpAccount))).one().from_settings = True
    form = await (await admin.get(where + "/edit")).text()
    assert "SMTP_HOST" in form
    assert 'name="per_day"' in form
    assert 'name="host"' not in form
    limits = {"per_day": "70", "warm_up": "5, 10", "host": "evil.example", "priority": "3"}
    assert (await admin.post(where + "/edit", limits)).status == 303
    assert (await admin.post(where + "/do/switch_off")).status == 303
    row = await kept(deps)
    assert (row.host, row.per_day, row.warm_up, row.enabled) == ("127.0.0.1", 70, [5, 10], False)
    assert "SMTP_HOST" in await (await admin.get(where)).text()


async def test_the_account_that_the_settings_name_is_not_deleted_only_to_come_back(
    admin: Admin, deps: Deps
) -> None:
    name = account_of(deps.settings)[0]
    where = (await admin.post("/admin/smtp_accounts/new", ACCOUNT)).headers["Location"]
    for now_called, status in ((name, 409), ("an earlier one", 303)):
        async with deps.sessions.begin() as tx:
            row = (await tx.scalars(select(SmtpAccount))).one()
            row.from_settings, row.name = True, now_called
        assert (await admin.post(where + "/delete")).status == status


async def test_an_account_of_an_owner_is_not_edited_here(admin: Admin, deps: Deps) -> None:
    where = (await admin.post("/admin/smtp_accounts/new", ACCOUNT)).headers["Location"]
    async with deps.sessions.begin() as tx:
        owner = await factories.user(tx)
        (await tx.scalars(select(SmtpAccount))).one().owner_id = owner.id
    page = await (await admin.get(where)).text()
    assert "its owner changes it in the bot" in page
    assert where + "/edit" not in page
    assert (await admin.post(where + "/edit", ACCOUNT)).status == 422
