"""`./run pictures`: the screenshots of the documentation, taken from a demo that really runs."""

import asyncio
import os
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.stage import Addresses, chromium, demo
from tests.browser.visitor import Visitor
from tests.pictures.site import BOSS, site
from tests.processes import ROOT

PICTURES = ROOT / "docs" / "pictures"
SITE = PICTURES / "site"  # to be looked at; too many to be kept
PHONE: ViewportSize = {"width": 390, "height": 780}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
LOCALES = {"ru": "ru-RU", "en": "en-GB"}
OWNER = "anna@shop.example"


async def main() -> None:
    """Both languages, each on data of its own."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with chromium() as browser:
        for language in LOCALES:
            with TemporaryDirectory(prefix="mail-center-") as folder:
                os.chmod(folder, 0o711)  # noqa: S103  PostgreSQL's own account has to enter
                async with demo(Path(folder), ADMIN_EMAIL=BOSS) as addresses:
                    await story(browser, addresses, language)
                    await site(browser, addresses, LOCALES[language], SITE / language)
                    keep(SITE / language / "dashboard-1440-light.png", f"{language}-9-dashboard")
                    keep(SITE / language / "tasks-1440-dark.png", f"{language}-10-tasks")


async def story(browser: Browser, addresses: Addresses, language: str) -> None:
    """A first mailing, a picture at each of its main screens."""
    context = await browser.new_context(
        locale=LOCALES[language], viewport=PHONE, device_scale_factor=2
    )
    page = await context.new_page()
    await page.goto(addresses.chat)
    visitor = Visitor(page, language)
    await visitor.page.wait_for_timeout(500)
    await visitor.tap("begin")
    await visitor.button("register").wait_for()
    await take(page, f"{language}-1-welcome")
    await visitor.answer("Anna Petrova", OWNER)
    await take(page, f"{language}-2-registered")
    await visitor.confirm(addresses.inbox, OWNER)
    await visitor.write()
    await visitor.add_clients()
    await take(page, f"{language}-3-launch")
    for name in ("repeat", "daily", "done", "check"):
        await visitor.tap(name)
    await visitor.button("launch").wait_for()
    await take(page, f"{language}-4-check")
    for name in ("launch", "now"):
        await visitor.tap(name)
    await visitor.sees(visitor.label("all sent"))
    await take(page, f"{language}-5-card")
    await around(context, addresses, language)
    await visitor.stop_and_go()
    await context.close()


async def around(context: BrowserContext, addresses: Addresses, language: str) -> None:
    """The other pages: the inbox with the mail open, the chat at night, the site."""
    inbox = await context.new_page()
    await inbox.set_viewport_size(DESKTOP)
    await inbox.goto(addresses.inbox)
    await inbox.get_by_text("ivan@klient.example").first.click()
    await inbox.wait_for_timeout(800)
    await take(inbox, f"{language}-6-inbox")
    night = await context.new_page()
    await night.emulate_media(color_scheme="dark")
    await night.set_viewport_size(DESKTOP)
    await night.goto(addresses.chat)
    await night.wait_for_timeout(800)
    await take(night, f"{language}-7-chat-night")
    await night.goto(addresses.site)
    await take(night, f"{language}-8-site-night")


async def take(page: Page, name: str) -> None:
    """A picture of what the page shows now."""
    await page.wait_for_timeout(400)
    keep(BytesIO(await page.screenshot()), name)


def keep(picture: BytesIO | Path, name: str) -> None:
    """A picture made small for the documentation."""
    with Image.open(picture) as found:
        found.convert("RGB").quantize(256).save(PICTURES / f"{name}.png", optimize=True)
    print(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
