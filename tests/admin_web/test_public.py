"""Pages behind the links in letters."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from sqlalchemy import func, select
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from admin_web.app import make_app
from core import bot_name
from core.bootstrap import Deps
from core.clients import tokens as client_tokens
from core.clients.models import Client
from core.db import Sessions, clock
from core.jobs import workers
from core.keys import key_for
from core.letters import tokens
from core.updates.models import TelegramUpdate
from core.users.models import User
from tests import factories
from tests.admin_web.conftest import ORIGIN, Browser

OWN = {"Origin": ORIGIN}


async def confirmation(sessions: Sessions) -> str:
    """A fresh confirmation link of an unconfirmed user."""
    async with sessions.begin() as tx:
        user = await factories.user(tx, email="anna@example.org", email_confirmed_at=None)
        now = await clock(tx)
        proof = await tokens.mint(tx, user.id, "confirm", user.email, None, b"k", now)
        return f"/confirm/{proof.token}"


async def confirmed_at(sessions: Sessions) -> datetime | None:
    async with sessions() as tx:
        return (await tx.scalars(select(User.email_confirmed_at))).one()


async def unsubscribe_link(deps: Deps, name: str = "Анна", email: str = "ivan@example.com") -> str:
    async with deps.sessions.begin() as tx:
        owner = await factories.user(tx, name=name)
        client = await factories.client(tx, owner, email=email)
        return "/u/" + client_tokens.sign(client.id, key_for(deps.settings, client_tokens.KEY))


async def unsubscribed_at(sessions: Sessions) -> datetime | None:
    async with sessions() as tx:
        return (await tx.scalars(select(Client.unsubscribed_at))).one()


def button(page: str) -> str:
    """Where the page's form leads."""
    form = re.search(r'<form method="post" action="([^"]*)"', page)
    assert form
    return form[1]


async def test_opening_the_link_changes_nothing_and_pressing_confirms(
    browser: Browser, sessions: Sessions
) -> None:
    link = await confirmation(sessions)
    for _ in range(2):
        page = await (await browser.get(link)).text()
        assert "anna@example.org" in page
        assert await confirmed_at(sessions) is None
    answer = await browser.post(link + button(page), headers=OWN)
    assert "The address is confirmed" in await answer.text()
    assert await confirmed_at(sessions)


async def test_a_used_and_an_unknown_link_are_refused_in_words(
    browser: Browser, sessions: Sessions
) -> None:
    link = await confirmation(sessions)
    await browser.post(link, headers=OWN)
    for answer in (await browser.get(link), await browser.post(link, headers=OWN)):
        assert answer.status == 410
        assert "used already" in await answer.text()
    for answer in (await browser.get(link + "x"), await browser.post("/confirm/x", headers=OWN)):
        assert answer.status == 404
        assert "six digits" in await answer.text()


async def test_of_many_presses_at_once_one_confirms(browser: Browser, sessions: Sessions) -> None:
    link = await confirmation(sessions)
    answers = await asyncio.gather(*(browser.post(link, headers=OWN) for _ in range(50)))
    assert sorted(answer.status for answer in answers) == [200] + [410] * 49


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://mail.example.org"},
        {"Origin": "https://mail.example.org.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ORIGIN},
        {"Origin": "https://evil.example", "Host": "evil.example"},
    ],
)
async def test_another_sites_form_is_refused(
    browser: Browser, sessions: Sessions, headers: dict[str, str]
) -> None:
    link = await confirmation(sessions)
    assert (await browser.post(link, headers=headers)).status == 403
    assert await confirmed_at(sessions) is None


async def test_unsubscribing_needs_a_press(browser: Browser, deps: Deps) -> None:
    link = await unsubscribe_link(deps)
    page = await (await browser.get(link)).text()
    assert "Анна writes to i•••@example.com" in page
    assert await unsubscribed_at(deps.sessions) is None
    answer = await browser.post(link + button(page), headers=OWN)
    assert "You are unsubscribed" in await answer.text()
    assert await unsubscribed_at(deps.sessions)
    assert "You are unsubscribed" in await (await browser.get(link)).text()


async def test_one_click_needs_no_cookie_no_origin_and_does_no_harm_twice(
    browser: Browser, deps: Deps
) -> None:
    link = await unsubscribe_link(deps)
    first = await browser.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (first.status, await first.text()) == (200, "")
    assert "Set-Cookie" not in first.headers
    since = await unsubscribed_at(deps.sessions)
    foreign = {"Origin": "https://mail.google.com", "Sec-Fetch-Site": "cross-site"}
    again = await browser.post(link, data={"List-Unsubscribe": "One-Click"}, headers=foreign)
    assert again.status == 200
    assert await unsubscribed_at(deps.sessions) == since


async def test_no_altered_unsubscribe_link_works(browser: Browser, deps: Deps) -> None:
    link = await unsubscribe_link(deps)
    token = link.removeprefix("/u/")
    flipped = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(32)]
    for wrong in [*flipped, token[:-1], token + "A", "x", "é" * 32, "-" * 32]:
        assert (await browser.post(f"/u/{wrong}")).status == 404, wrong
    assert await unsubscribed_at(deps.sessions) is None


async def test_an_address_is_shown_as_people_write_it(browser: Browser, deps: Deps) -> None:
    link = await unsubscribe_link(deps, email="ivan@xn--e1afmkfd.xn--p1ai")
    assert "i•••@пример.рф" in await (await browser.get(link)).text()


async def test_names_are_text_on_pages(browser: Browser, deps: Deps) -> None:
    page = await (await browser.get(await unsubscribe_link(deps, "<script>{{7*7}}"))).text()
    assert "&lt;script&gt;{{7*7}}" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("", "de,en;q=0.5,ru;q=0.7", "ru"),
        ("", "de", "en"),
        ("", "ru;q=x,en", "en"),
        ("", "", "en"),
        ("?lang=ru", "en", "ru"),
        ("?lang=xx", "ru", "ru"),
    ],
)
async def test_the_reader_is_spoken_to_in_their_language(
    browser: Browser, asked: str, accepted: str, language: str
) -> None:
    page = await (await browser.get("/" + asked, headers={"Accept-Language": accepted})).text()
    assert f'<html lang="{language}">' in page


async def test_a_missing_page_is_friendly_and_protected_like_any(browser: Browser) -> None:
    answer = await browser.get("/nothing", headers={"Accept-Language": "ru"})
    assert answer.status == 404
    assert "Такой страницы нет" in await answer.text()
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    for directive in ("object-src", "base-uri", "frame-ancestors"):
        assert f"{directive} 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_a_failure_shows_no_trace(browser: Browser, deps: Deps) -> None:
    await deps.engine.dispose()
    async with deps.sessions.begin() as tx:
        connection = await tx.connection()
        await connection.exec_driver_sql("DROP TABLE email_tokens")
    with capture_logs([merge_contextvars]) as lines:
        answer = await browser.get("/confirm/x")
    page = await answer.text()
    assert answer.status == 500
    assert "Nothing was lost" in page
    assert f"In the log it is request {lines[0]['request']}." in page
    assert "Traceback" not in page
    assert "email_tokens" not in page


async def test_changing_addresses_refuse_other_methods(browser: Browser) -> None:
    assert (await browser.get("/telegram/webhook")).status == 405
    assert (await browser.put("/confirm/x", headers=OWN)).status == 405


async def test_too_large_a_form_is_refused(browser: Browser, deps: Deps) -> None:
    link = await unsubscribe_link(deps)
    assert (await browser.post(link, data={"x": "x" * 2_000_000})).status == 413


async def test_health_names_the_ill_part(browser: Browser) -> None:
    assert (await browser.get("/health/live")).status == 200
    answer = await browser.get("/health/ready")
    assert answer.status == 503
    assert (await answer.json())["services"] == {"postgresql": "ok", "redis": "ill"}


@asynccontextmanager
async def everything_well(deps: Deps, redis_url: str) -> AsyncIterator[Browser]:
    """A site whose services answer; a bot holds its lock, a scheduler and a worker give signs."""
    async with Redis.from_url(redis_url) as redis, deps.engine.connect() as bot:
        await bot.execute(select(func.pg_advisory_lock(bot_name.LOCK)))
        await beat(deps, "one", [])
        await beat(deps, "two", ["mail.tx", "mail.bulk"])
        site = make_app(Deps(deps.settings, deps.engine, deps.sessions, redis))
        async with TestClient(TestServer(site)) as client:
            yield client
        await bot.invalidate()


async def beat(deps: Deps, host: str, queues: Sequence[str]) -> None:
    async with deps.sessions.begin() as tx:
        await workers.beat(tx, host, 1, queues, await clock(tx))


PARTS = dict.fromkeys(("bot", "scheduler", "mail.tx", "mail.bulk"), "ok")


async def test_health_of_the_parts_is_good_when_all_give_signs_of_life(
    deps: Deps, redis_url: str
) -> None:
    async with everything_well(deps, redis_url) as site:
        answer = await site.get("/health/parts")
        assert answer.status == 200
        assert (await answer.json())["parts"] == PARTS


async def test_health_of_the_parts_names_the_one_that_gives_no_sign_of_life(
    deps: Deps, redis_url: str
) -> None:
    async with everything_well(deps, redis_url) as site:
        async with deps.sessions.begin() as tx:
            await workers.leave(tx, "one", 1)
        await beat(deps, "two", ["mail.tx"])
        answer = await site.get("/health/parts")
        assert answer.status == 503
        told = (await answer.json())["parts"]
        assert told == PARTS | {"scheduler": "ill", "mail.bulk": "ill"}
        assert (await site.get("/health/ready")).status == 200


async def test_a_bot_that_is_down_is_told_of_by_the_site(browser: Browser) -> None:
    answer = await browser.get("/health/parts")
    assert answer.status == 503
    assert (await answer.json())["parts"]["bot"] == "ill"


async def test_files_are_kept_for_ever_under_an_address_of_their_content(browser: Browser) -> None:
    page = await (await browser.get("/")).text()
    sheet = re.search(r'href="(/static/site\.css\?v=\w+)"', page)
    assert sheet
    answer = await browser.get(sheet[1])
    assert "immutable" in answer.headers["Cache-Control"]
    assert (await browser.get("/static/..%2fapp.py")).status == 404


UPDATE = {"update_id": 7, "message": {"message_id": 1, "from": {"id": 501}, "text": "hi"}}


@pytest.mark.parametrize("headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}])
async def test_the_webhook_is_closed_to_strangers(
    browser: Browser, sessions: Sessions, headers: dict[str, str]
) -> None:
    assert (await browser.post("/telegram/webhook", json=UPDATE, headers=headers)).status == 401
    async with sessions() as tx:
        assert (await tx.scalars(select(TelegramUpdate))).all() == []


async def test_an_update_is_written_down_once(browser: Browser, sessions: Sessions) -> None:
    secret = {"X-Telegram-Bot-Api-Secret-Token": "hook"}
    for _ in range(2):
        answer = await browser.post("/telegram/webhook", json=UPDATE, headers=secret)
        assert answer.status == 200
    async with sessions() as tx:
        row = (await tx.scalars(select(TelegramUpdate))).one()
        assert (row.update_id, row.sender_id, row.payload) == (7, 501, UPDATE)
    wrong: list[object] = [[], {"update_id": "x"}, "{"]
    for garbage in wrong:
        answer = await browser.post("/telegram/webhook", json=garbage, headers=secret)
        assert answer.status == 400
