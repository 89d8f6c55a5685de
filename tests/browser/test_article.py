"""What an administrator writes on the site, a stranger reads in the bot and on the public page."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp.test_utils import TestServer
from PIL import Image
from playwright.async_api import Browser, Page, expect

from admin_web.app import make_app
from core.bootstrap import Deps
from core.db import clock
from core.sessions import administrators
from tests.bot.conftest import Meet, bot, deps, meet, stand
from tests.browser.stage import chromium

__all__ = ["bot", "deps", "meet", "stand"]  # the bot inside the test's own process

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "root@example.org", "seven brown foxes"
BODY = "## Начало\n\nОдно письмо — **одна мысль**.\n\n- раз\n- два"


@pytest.fixture
async def site(bot: Deps) -> AsyncIterator[str]:
    """The site of the bot's installation, with an administrator."""
    async with bot.sessions.begin() as tx:
        await administrators.create(tx, EMAIL, PASSWORD, await clock(tx), name="Root")
    async with TestServer(make_app(bot)) as server:
        yield str(server.make_url("/"))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


def photo() -> dict[str, str | bytes]:
    """A picture larger than other forms may be."""
    target = BytesIO()
    Image.effect_noise((2000, 1200), 60).convert("RGB").save(target, "JPEG", quality=95)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": target.getvalue()}


async def sign_in(page: Page, site: str) -> None:
    await page.goto(f"{site}admin/articles?lang=ru")
    await page.locator("input[name=email]").fill(EMAIL)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form button").first.click()
    await expect(page.get_by_role("heading", name="Статьи")).to_be_visible()


async def write(page: Page) -> None:
    """From the empty list to a published article, by way of the live preview."""
    await page.get_by_role("link", name="Добавить").first.click()
    await page.get_by_label("Заголовок").fill("Как писать клиентам")
    await page.get_by_label("Текст (Markdown)").fill(BODY)
    preview = page.locator("#article-preview")
    await expect(preview.get_by_role("heading", name="Начало")).to_be_visible()
    await expect(preview.locator("strong")).to_have_text("одна мысль")
    await page.get_by_role("button", name="Сохранить").click()
    await page.get_by_role("link", name="Изменить", exact=True).click()
    await page.get_by_label("Что на картинке").fill("Шум")
    await page.locator("#picture-file").set_input_files(photo())  # type: ignore[arg-type]
    await page.get_by_role("button", name="Добавить картинку").click()
    await expect(page.get_by_role("button", name="Другая картинка")).to_be_visible()
    # What was typed beside the upload is still there.
    await expect(page.get_by_label("Что на картинке")).to_have_value("Шум")
    await page.get_by_role("button", name="Сохранить").click()
    await page.get_by_role("button", name="Опубликовать").click()
    await expect(page.get_by_role("link", name="На сайте")).to_be_visible()


async def test_what_an_administrator_writes_everybody_reads(
    site: str, meet: Meet, browser: Browser
) -> None:
    complaints: list[str] = []
    context = await browser.new_context(locale="ru-RU", viewport={"width": 390, "height": 844})
    page = await context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await sign_in(page, site)
    await write(page)

    stranger = await browser.new_context(locale="ru-RU")
    public = await stranger.new_page()
    await public.goto(site)
    await public.get_by_role("link", name="Блог").click()
    await public.get_by_role("link", name="Как писать клиентам").click()
    await expect(public).to_have_url(f"{site}blog/kak-pisat-klientam?lang=ru")
    await expect(public.get_by_role("heading", name="Начало")).to_be_visible()
    cover = public.get_by_role("img", name="Шум")
    assert await cover.evaluate("image => image.complete && image.naturalWidth > 0")
    assert await stranger.cookies() == []

    anna = meet()
    await anna.start()
    await anna.wait_for("Центр рассылок")
    await anna.tap("Блог")
    await anna.wait_for("Выберите статью")
    await anna.tap("Как писать клиентам")
    read = await anna.wait_for("одна мысль")
    kinds = [block["type"] for block in read.raw["rich_message"]["blocks"]]
    assert kinds == ["heading", "paragraph", "photo", "heading", "paragraph", "list"]
    await anna.start("blog_kak-pisat-klientam")
    await anna.wait_for("одна мысль")
    assert complaints == []
