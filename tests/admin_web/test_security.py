"""What holds for every address of the site, whichever will be added to it."""

import asyncio
import gzip
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from admin_web.app import make_app
from core.audit.models import Entry
from core.bootstrap import Deps
from core.db import clock
from core.letters import compose, tokens
from core.letters.models import EmailToken, Letter
from core.sessions.models import Session
from core.users.models import User
from tests import factories
from tests.admin_web.admin import EMAIL, PASSWORD, Admin, administrator
from tests.admin_web.conftest import ORIGIN, Browser

PART = re.compile(r"\{[^{}]+\}")
# Whoever is not signed in yet comes here.
FOR_ALL = ("/admin/sign-in", "/admin/code", "/admin/forgot", "/admin/password")


def addresses(deps: Deps, method: str) -> Iterator[str]:
    """Every address under /admin that takes the method, with something in its gaps."""
    for route in make_app(deps).router.routes():
        path = route.resource.canonical if route.resource else ""
        if route.method == method and path.startswith("/admin"):
            yield filled(path)


def filled(path: str) -> str:
    """An address of a pattern: numbers do nearly everywhere."""
    of_accounts = path.endswith("/test") or "/domain" in path
    for name, value in (
        ("{table}", "smtp_accounts" if of_accounts else "users"),
        ("{verb}", "block"),
        ("{queue}", "mail.tx"),
        ("{token}", "x" * 43),
        ("{deed}", "0" * 16),
    ):
        path = path.replace(name, value)
    return PART.sub("1", path)


async def test_no_form_works_without_its_token(admin: Admin, deps: Deps) -> None:
    async with deps.sessions() as tx:
        before = await tx.scalar(select(func.count()).select_from(Entry))
    posts = list(addresses(deps, "POST"))
    assert len(posts) > 25
    for path in posts:
        assert (await admin.post(path, csrf="")).status == 403, path
    async with deps.sessions() as tx:
        assert await tx.scalar(select(func.count()).select_from(Entry)) == before
        assert await tx.scalar(select(func.count()).select_from(Session)) == 1


async def test_no_address_that_changes_something_takes_a_get(admin: Admin, deps: Deps) -> None:
    gets = set(addresses(deps, "GET"))
    only_posts = [path for path in addresses(deps, "POST") if path not in gets]
    assert len(only_posts) > 15
    for path in only_posts:
        assert (await admin.get(path)).status == 405, path


async def test_no_page_is_open_to_who_is_no_administrator(admin: Admin, deps: Deps) -> None:
    async with deps.sessions.begin() as tx:
        await tx.execute(update(User).values(is_admin=False))
    csrf = await admin.csrf()
    paths = [path for path in addresses(deps, "GET") if not path.startswith(FOR_ALL)]
    for path in paths:
        assert (await admin.get(path)).status == 403, path
    for path in addresses(deps, "POST"):
        if not path.startswith((*FOR_ALL, "/admin/sign-out")):
            assert (await admin.post(path, csrf=csrf)).status == 403, path


async def test_no_page_is_open_to_a_stranger(browser: Browser, deps: Deps) -> None:
    stranger = Admin(browser)
    for path in addresses(deps, "GET"):
        if not path.startswith(FOR_ALL):
            answer = await stranger.get(path)
            assert answer.headers["Location"].startswith("/admin/sign-in"), path


async def test_a_form_that_is_packed_many_times_is_refused(browser: Browser) -> None:
    packed = gzip.compress(b"email=" + b"a" * 200_000_000, 9)
    assert len(packed) < 300_000
    headers = {
        "Content-Encoding": "gzip",
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": ORIGIN,
    }
    answer = await browser.post("/admin/sign-in", data=packed, headers=headers)
    assert answer.status == 413


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "mail.example.org.evil"])
async def test_a_letters_link_keeps_the_configured_address(
    browser: Browser, deps: Deps, host: str
) -> None:
    await administrator(deps.sessions)
    forged = {"Host": host, "X-Forwarded-Host": host, "Forwarded": f"host={host}"}
    asked = await Admin(browser).post("/admin/forgot", {"email": EMAIL}, **forged)
    assert host not in await asked.text()
    async with deps.sessions.begin() as tx:
        letter = (await tx.scalars(select(Letter))).one()
        mail = await compose.compose(tx, letter, deps.settings, await clock(tx))
    text = mail.replace(b"=\r\n", b"").decode("utf-8", "replace")
    assert "evil" not in text
    assert "mail.example.org/admin/password/" in text


async def test_of_fifty_uses_of_one_link_one_succeeds_and_only_its_hash_is_kept(
    browser: Browser, deps: Deps
) -> None:
    user = await administrator(deps.sessions)
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        proof = await tokens.mint(tx, user.id, "password", EMAIL, None, b"k", now)
    assert proof.token
    async with deps.sessions() as tx:
        row = (await tx.scalars(select(EmailToken))).one()
    kept = {name: str(value) for name, value in vars(row).items()}
    assert not [name for name, value in kept.items() if proof.token in value]
    anybody = Admin(browser)
    csrf = await anybody.csrf()
    form = {"password": "nine blue whales", "again": "nine blue whales"}
    where = f"/admin/password/{proof.token}"
    answers = await asyncio.gather(*(anybody.post(where, form, csrf=csrf) for _ in range(50)))
    assert sorted(answer.status for answer in answers) == [303] + [410] * 49


async def test_a_template_in_a_name_is_shown_as_it_was_typed(admin: Admin, deps: Deps) -> None:
    async with deps.sessions.begin() as tx:
        user = await factories.user(tx, name="{{7*7}} ${7*7} <%= 7*7 %>")
    for path in ("/admin/users", f"/admin/users/{user.id}", f"/admin/users/{user.id}/edit"):
        page = await (await admin.get(path)).text()
        assert "{{7*7}} ${7*7} &lt;%= 7*7 %&gt;" in page, path


async def test_messages_are_looked_at_in_a_frame_that_can_do_nothing(
    admin: Admin, deps: Deps
) -> None:
    async with deps.sessions.begin() as tx:
        message = await factories.message(tx, await factories.user(tx))
    page = await (await admin.get(f"/admin/messages/{message.id}")).text()
    assert re.search(r"<iframe [^>]*\bsandbox\b(?!=)[^>]*>", page)
    framed = await admin.get(f"/admin/messages/{message.id}/preview")
    policy = framed.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")


async def test_logs_hold_no_secret(browser: Browser, deps: Deps) -> None:
    await administrator(deps.sessions)
    admin, token = Admin(browser), "t" * 43
    with capture_logs() as told:
        await admin.sign_in(password="wrong but secret")
        await admin.sign_in()
        await admin.get(f"/admin/password/{token}")
        await browser.post(f"/u/{token}")
    said = str(told)
    for secret in ("wrong but secret", PASSWORD, token, admin.cookie, "s" * 32):
        assert secret not in said
