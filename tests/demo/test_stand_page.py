"""The chat page in a browser."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Update
from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect

from demo.stand.person import Person
from demo.stand.serve import Running
from tests.conftest import CHROMIUM

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = str(CHROMIUM)
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, stand: Running) -> AsyncIterator[Page]:
    """The chat of the first person; an error on the page fails the test."""
    page, errors = await browser.new_page(locale="en-US"), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(stand.url)
    yield page
    await page.close()
    assert errors == []


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=label, callback_data=label) for label in labels]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def newest(bot: Bot) -> Update:
    return (await bot.get_updates(timeout=5))[-1]


async def test_a_dialogue_by_mouse_and_keyboard(page: Page, bot: Bot) -> None:
    await page.get_by_role("button", name="Start").click()
    assert (await newest(bot)).message.text == "/start"  # type: ignore[union-attr]
    sent = await bot.send_message(1, "Go?", reply_markup=keyboard("Yes", "No"))

    yes = page.get_by_role("button", name="Yes")
    await yes.click()
    await expect(yes).to_have_attribute("aria-busy", "true")
    query = (await newest(bot)).callback_query
    assert query
    await sent.edit_text("Gone", reply_markup=keyboard("Yes", "No"))
    await expect(page.locator(".list").get_by_text("Gone")).to_be_visible()
    await query.answer("Done, truly", show_alert=True)
    await expect(yes).not_to_have_attribute("aria-busy", "true")
    await expect(page.get_by_role("dialog")).to_contain_text("Done, truly")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_formatting_typed_by_keys_and_by_marks(page: Page, bot: Bot, anna: Person) -> None:
    field = page.get_by_role("textbox", name="Message")
    await field.click()
    await page.keyboard.type("😀 a ")
    await page.keyboard.press("Control+b")
    await page.keyboard.type("bold")
    await page.keyboard.press("Control+b")
    await page.keyboard.type(" __slanted__ `co**de`")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("[site](https://example.org/a)")
    await page.keyboard.press("Enter")
    await expect(field).to_be_empty()
    message = (await newest(bot)).message
    assert message
    expected = '😀 a <b>bold</b> <i>slanted</i> <code>co**de</code>\n<a href="https://example.org/a">site</a>'
    assert message.html_text == expected


async def test_files_go_by_button_with_a_caption(page: Page, bot: Bot, anna: Person) -> None:
    file = FilePayload(name="clients.csv", mimeType="text/csv", buffer=b"a,b")
    await page.locator("input[type=file]").set_input_files([file])
    await page.get_by_placeholder("Caption").fill("my clients")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="clients.csv")).to_be_visible()
    message = (await newest(bot)).message
    assert message
    assert message.document
    assert (message.document.file_name, message.caption) == ("clients.csv", "my clients")


async def test_the_list_stays_where_the_reader_is(page: Page, bot: Bot, anna: Person) -> None:
    for number in range(18):
        await bot.send_message(1, f"line {number}\n" * 4)
    await expect(page.locator(".list").get_by_text("line 17")).to_be_in_viewport()
    await page.locator(".scroll").evaluate("node => { node.scrollTop = 0 }")
    await expect(page.get_by_role("button", name="To the latest")).to_be_visible()
    await bot.send_message(1, "unseen")
    await expect(page.get_by_role("button", name="To the latest")).to_contain_text("1")
    await expect(page.locator(".list").get_by_text("unseen")).not_to_be_in_viewport()
    await page.get_by_role("button", name="To the latest").click()
    await expect(page.locator(".list").get_by_text("unseen")).to_be_in_viewport()


async def test_a_blocked_bot_can_be_unblocked(page: Page, stand: Running, anna: Person) -> None:
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("menuitem", name="Block the bot").click()
    await page.get_by_role("button", name="Unblock the bot").click()
    await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    assert not stand.stand.chats[1].blocked


async def test_a_deep_link_starts_with_its_payload(page: Page, stand: Running, bot: Bot) -> None:
    await page.goto(f"{stand.url}/?user=3&start=promo")
    await page.get_by_role("button", name="Start").click()
    assert (await newest(bot)).message.text == "/start promo"  # type: ignore[union-attr]


async def test_a_rich_message_is_written_and_read(page: Page, bot: Bot) -> None:
    await page.get_by_role("button", name="Start").click()
    await newest(bot)
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Rich message").click()
    editor = page.get_by_role("dialog")
    await editor.get_by_role("button", name="Heading").click()
    await page.keyboard.type("Sale")
    await page.keyboard.press("Enter")
    await editor.get_by_role("button", name="Table").click()
    await editor.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Sale")).to_be_visible()
    await expect(page.get_by_role("cell", name="4")).to_be_visible()
    message = (await newest(bot)).message
    assert message is not None
    assert message.rich_message is not None
    assert [each.type for each in message.rich_message.blocks] == ["heading", "table"]
