"""Files too large for Telegram: by a link from the chat to the site, and back."""

from collections.abc import AsyncIterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from pydantic import SecretStr
from sqlalchemy import func, select

from admin_web.app import make_app
from bot.clients.callbacks import ClientAction
from core.bootstrap import Deps
from core.clients import upload_links
from core.clients.models import Client
from core.clients.upload_links import Link
from core.clients.uploads import Upload, UploadPart
from core.db import Base
from core.settings import Settings
from demo.stand.seen import Seen
from tests.bot.conftest import Meet
from tests.bot.owners import register

Site = TestClient[Request, Application]
ROWS = "ФИО;E-mail;Рост\nАнна;anna@example.org;170\nИван;ivan@example.org;180\n"


@pytest.fixture
async def site(bot: Deps) -> AsyncIterator[Site]:
    """The same installation's site."""
    async with TestClient(TestServer(make_app(bot))) as client:
        yield client


def address(seen: Seen) -> str:
    """Where the screen's link leads on the site."""
    [link] = [button.url for button in seen.each_button() if button.url]
    page = urlsplit(link)
    return f"{page.path}?{page.query}"


async def send(site: Site, page: str, name: str, text: str) -> str:
    data = FormData(quote_fields=False)  # browsers do not
    data.add_field("file", text.encode(), filename=name)
    origin = {"Origin": "http://localhost:8080"}
    return await (await site.post(page, data=data, headers=origin)).text()


async def count(bot: Deps, what: type[Base]) -> int:
    async with bot.sessions() as tx:
        return await tx.scalar(select(func.count()).select_from(what)) or 0


async def test_a_large_file_goes_by_the_site_and_is_loaded_in_the_chat(
    bot: Deps, worker: None, meet: Meet, site: Site
) -> None:
    owner = await register(bot, meet())
    await owner.person.upload("Клиенты.csv", b" " * (20 * 1024 * 1024 + 1))
    offer = await owner.person.wait_for("Telegram отдаёт ботам не больше 20 МБ")
    page = address(offer)
    assert "Для списка" in await (await site.get(page)).text()
    assert "Файл получен" in await send(site, page, "Клиенты.csv", ROWS)
    shown = await owner.person.wait_for("Клиенты.csv · 2 строки")
    assert "Анна · anna@example.org" in shown.text
    assert await count(bot, Client) == 0
    await owner.tap("Столбцы", "Нажмите на поле")
    await owner.tap("Новое поле из столбца", "Какой столбец")
    await owner.tap("Рост · 170", "Нажмите на поле")
    await owner.tap("‹ Назад", "Клиенты.csv · 2 строки")
    await owner.tap("Загрузить 2", "Готово: 2 новых")
    assert await count(bot, Client) == 2
    assert await count(bot, UploadPart) == 0
    answer = await owner.person.tap("Загрузить 2", on=shown)
    assert answer
    assert "Этот файл уже загружен" in (answer.text or "")


async def test_the_screen_for_new_clients_leads_there_and_cancelling_forgets_the_file(
    bot: Deps, meet: Meet, site: Site
) -> None:
    owner = await register(bot, meet(3, "en"), locale="en")
    offer = await owner.go(ClientAction(verb="new"))
    told = await send(site, address(offer), "clients.csv", ROWS)
    assert "The file has arrived" in told
    await owner.person.wait_for("clients.csv · 2 rows")
    await owner.tap("Cancel", "There is nobody yet")
    assert await count(bot, Upload) == 0


def test_a_site_that_only_this_machine_can_open_is_not_offered_to_telegram(now: datetime) -> None:
    def page(site: str, telegram: str) -> str | None:
        key = SecretStr("a key for tests only, long enough")
        settings = Settings(public_url=site, telegram_api_url=telegram, secret_key=key)
        return upload_links.page(settings, Link(1, 2), "ru", now)

    assert page("http://localhost:8080", "https://api.telegram.org") is None
    assert page("http://localhost:8080", "http://127.0.0.1:9000")
    assert page("https://mail.example.org", "https://api.telegram.org")
