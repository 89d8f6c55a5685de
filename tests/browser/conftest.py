"""The site with a little of everything, and a page of an administrator who is signed in."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, expect
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from admin_web.app import make_app
from core.accounts import installation
from core.bootstrap import Deps
from core.db import Sessions, clock
from core.delivery.models import Delivery, Run
from core.jobs import dead, workers
from core.jobs.service import enqueue
from core.mail.dns import Dns
from core.mailings import service as mailings
from core.scheduling.rules import Recurrence
from core.sessions import administrators
from core.settings import Settings
from core.signing_keys import service as signing_keys
from core.suppressions import service as suppressions
from tests import factories
from tests.browser.stage import chromium

EMAIL, PASSWORD = "root@example.org", "seven brown foxes"


ACCOUNT = {
    **dict.fromkeys(installation.FIELDS),
    "name": "Main",
    "host": "smtp.shop.example",
    "port": 587,
    "security": "starttls",
    "password": "",
    "from_address": "post@shop.example",
    "priority": 10,
    "per_day": 5000,
}


class StillDns(Dns):
    """A DNS that knows one record and asks nobody."""

    async def txt(self, name: str) -> list[str]:
        return ["v=spf1 mx +all"] if name == "shop.example" else []

    async def addresses(self, host: str) -> list[str]:
        return ["192.0.2.7"]

    async def names(self, address: str) -> list[str]:
        return []


@pytest.fixture
async def deps(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[Deps]:
    """An installation with an administrator and a little of everything."""
    settings = Settings(public_url="http://127.0.0.1", secret_key=SecretStr("s" * 32))
    redis = Redis.from_url("redis://127.0.0.1:1", retry=None)
    made = Deps(settings, engine, sessions, redis, dns=StillDns())
    async with sessions.begin() as tx:
        now = await clock(tx)
        await administrators.create(tx, EMAIL, PASSWORD, now, name="Root")
        owner = await factories.user(tx, name="Anna")
        client = await factories.client(tx, owner, email="ivan@example.com")
        message = await factories.message(tx, owner, subject="Garden sale")
        every_day, later = Recurrence("days"), now + timedelta(hours=1)
        mailing = await mailings.accept(tx, owner, message.id, "all", None, every_day, later, now)
        run = Run(mailing_id=mailing.id, no=1, version_id=message.version_id, due_at=now)
        run.created_at = now
        tx.add(run)
        await tx.flush()
        row = Delivery(run_id=run.id, client_id=client.id, email=client.email, values={})
        row.version_id, row.due_at, row.status = run.version_id, now, "sent"
        row.smtp_code, row.smtp_text, row.settled_at = 250, "queued as 1A2B", now
        tx.add(row)
        job = await enqueue(tx, "workers.tasks.send_letter", "mail.tx", {}, now)
        job.status, job.error, job.finished_at = "failed", "OSError: no route", now
        await workers.beat(tx, "mail-1", 7, ["mail.tx", "mail.bulk"], now)
        await dead.keep(tx, "mail.tx", b"not json", "no message of ours", now)
        await suppressions.add(tx, "gone@example.com", "asked by phone", now, None)
        await installation.save(tx, settings, None, ACCOUNT, now)
        await signing_keys.make(tx, settings, "shop.example", now)
    yield made
    await redis.aclose()


@pytest.fixture
async def page(deps: Deps) -> AsyncIterator[Page]:
    """A signed-in page; anything that its console complains of fails the test."""
    complaints: list[str] = []
    async with TestServer(make_app(deps)) as server, chromium() as browser:
        context = await browser.new_context(base_url=str(server.make_url("/")), locale="en")
        made = await context.new_page()
        made.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        made.on("pageerror", lambda error: complaints.append(str(error)))
        await made.goto("/admin/users?lang=en")
        await made.get_by_label("E-mail").fill(EMAIL)
        await made.get_by_label("Password").fill(PASSWORD)
        await made.get_by_role("button", name="Sign in").click()
        await expect(made.get_by_role("heading", name="Users")).to_be_visible()
        yield made
        await context.close()
    # A refused form answers 422, of which the console speaks too.
    assert [each for each in complaints if "status of 422" not in each] == []
