"""What a page says when a part of it that was asked for does not come."""

import pytest
from playwright.async_api import Page, Route, expect
from sqlalchemy import delete

from core.db import Sessions
from core.sessions.models import Session

pytestmark = pytest.mark.browser
SILENT = "There was no answer. Check the connection and try again."


async def refuse(route: Route) -> None:
    """As the site's own page of an error."""
    await route.fulfill(status=422, body='<main id="main"><h1>No</h1><p>Not like this.</p></main>')


async def users(page: Page) -> Page:
    """The list once more, where nobody listens to the console: it tells of the trouble, too."""
    other = await page.context.new_page()
    await other.goto("/admin/users")
    await expect(other.get_by_role("alert")).to_have_count(0)
    return other


async def test_a_list_that_cannot_be_narrowed_says_why_until_it_can(page: Page) -> None:
    page = await users(page)
    await page.route("**/admin/users?q=*", refuse)
    await page.get_by_role("searchbox").type("anna")
    await expect(page.get_by_role("alert")).to_have_text("Not like this.")
    await page.unroute("**/admin/users?q=*")
    await page.get_by_role("searchbox").type(" ")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.locator("#rows tbody tr")).to_have_count(1)


async def test_a_server_that_is_away_is_no_silence(page: Page) -> None:
    page = await users(page)
    await page.route("**/admin/users?q=*", lambda route: route.abort())
    await page.get_by_role("searchbox").type("anna")
    await expect(page.get_by_role("alert")).to_have_text(SILENT)


async def test_a_list_whose_session_is_over_leads_to_the_sign_in_page(
    page: Page, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        await tx.execute(delete(Session))
    await page.get_by_role("searchbox").type("anna")
    await page.wait_for_url("**/admin/sign-in**")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_a_picture_that_is_too_large_is_not_even_sent(page: Page) -> None:
    await page.goto("/admin/articles/new")
    await page.get_by_label("Title").fill("How to write")
    await page.get_by_label("Text (Markdown)").fill("One letter, one thought.")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("link", name="Change", exact=True).click()
    field = page.locator("#picture-file")
    large = {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": b"\0" * 10_500_000}
    await field.set_input_files(large)  # type: ignore[arg-type]  # it is one
    said = await field.evaluate("field => field.validationMessage")
    assert said == "The picture is larger than 10 MB."
