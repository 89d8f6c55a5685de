"""The administrators' site, page by page: light and dark, on a phone and on a desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.browser.stage import Addresses

BOSS = "boss@mail.example"
PASSWORD = "seven quiet garden gnomes"
WIDTHS = {390: 844, 1440: 900}
PAGES = {
    "dashboard": "",
    "users": "/users",
    "user": "/users/1",
    "user-form": "/users/1/edit",
    "user-delete": "/users/1/delete",
    "clients": "/clients",
    "clients-all": "/clients/bulk/all?verb=delete&active=yes",
    "messages": "/messages",
    "message": "/messages/1",
    "mailings": "/mailings",
    "mailing": "/mailings/1",
    "schedules": "/schedules",
    "runs": "/runs",
    "run": "/runs/1",
    "deliveries": "/deliveries",
    "search": "/search?q=anna",
    "returns": "/returns",
    "tasks": "/tasks",
    "jobs": "/jobs",
    "accounts": "/smtp_accounts",
    "mail-account": "/smtp_accounts/1",
    "domain": "/smtp_accounts/1/domain",
    "articles": "/articles",
    "article": "/articles/new",
    "settings": "/settings",
    "maintenance": "/maintenance",
    "audit": "/audit_log",
    "sessions": "/sessions",
    "account": "/account",
}


async def site(browser: Browser, addresses: Addresses, locale: str, folder: Path) -> None:
    """A picture of each page into the folder."""
    async with signed_in(browser, addresses, locale) as page:
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for width, height in WIDTHS.items():
                await page.set_viewport_size({"width": width, "height": height})
                for name, path in PAGES.items():
                    await page.goto(f"{addresses.site}/admin{path}")
                    await page.wait_for_timeout(300)
                    picture = folder / f"{name}-{width}-{scheme}.png"
                    await page.screenshot(path=picture, full_page=width == min(WIDTHS))


@asynccontextmanager
async def signed_in(browser: Browser, addresses: Addresses, locale: str) -> AsyncIterator[Page]:
    """As the first administrator, by the letter that ADMIN_EMAIL has got."""
    context = await browser.new_context(locale=locale)
    page = await context.new_page()
    await page.goto(addresses.inbox)
    await page.get_by_text(BOSS).first.click()
    letter = page.frame_locator("iframe")
    await page.goto(await letter.locator("a").first.get_attribute("href") or "")
    for field in await page.locator("input[type=password]").all():
        await field.fill(PASSWORD)
    await page.locator("input[type=password]").last.press("Enter")
    await page.goto(f"{addresses.site}/admin")
    if await page.locator("input[type=email]").count():
        await page.locator("input[type=email]").fill(BOSS)
        await page.locator("input[type=password]").fill(PASSWORD)
        await page.locator("input[type=password]").last.press("Enter")
        await page.wait_for_url("**/admin")
    yield page
    await context.close()
