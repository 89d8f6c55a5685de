"""A first mailing by somebody who only sees the pages, in both languages and widths."""

from pathlib import Path

import pytest

from tests.browser.stage import chromium, demo
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "locale", "width"),
    [("ru", "ru-RU", 390), pytest.param("en", "en-GB", 1280, marks=pytest.mark.slow)],
)
async def test_a_first_mailing_in_the_browser(
    language: str, locale: str, width: int, tmp_path: Path
) -> None:
    errors: list[str] = []
    async with demo(tmp_path) as addresses, chromium() as browser:
        context = await browser.new_context(locale=locale, viewport={"width": width, "height": 844})
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(addresses.chat)
        visitor = Visitor(page, language)
        await visitor.register("Anna Petrova", "anna@shop.example")
        await visitor.confirm(addresses.inbox, "anna@shop.example")
        await visitor.write()
        await visitor.add_clients()
        await visitor.launch()
        await visitor.stop_and_go()
    assert errors == []
