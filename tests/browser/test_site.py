"""An administrator's jobs in a browser, where every script and style of a page must be allowed."""

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from core.db import Sessions, clock
from core.delivery.models import Run
from core.jobs.models import Job
from core.mailings.models import Mailing
from core.sessions.models import Session
from core.users.models import User

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "root@example.org", "seven brown foxes"


async def test_a_user_is_added_found_and_changed(page: Page, sessions: Sessions) -> None:
    await page.get_by_role("link", name="Add", exact=True).click()
    await page.get_by_label("Name", exact=True).fill("Olga Kim")
    await page.get_by_label("E-mail").fill("olga@example.org")
    await page.get_by_label("Phone").fill("12")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("too few digits")).to_be_visible()
    await page.get_by_label("Phone").fill("+7 999 123-45-67")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Olga Kim")).to_be_visible()
    await page.get_by_role("navigation").get_by_role("link", name="Users").first.click()
    await page.get_by_role("searchbox").type("olga")
    await expect(page.locator("#rows tbody tr")).to_have_count(1)
    await page.get_by_role("link", name="Olga Kim").click()
    await page.get_by_role("link", name="Change", exact=True).click()
    await page.get_by_label("Name", exact=True).fill("Olga Tsoy")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Olga Tsoy")).to_be_visible()
    async with sessions() as tx:
        names = (await tx.scalars(select(User.name))).all()
    assert "Olga Tsoy" in names


async def test_going_back_from_a_narrowed_list_shows_the_whole_page(page: Page) -> None:
    await page.get_by_role("searchbox").type("nobody")
    await expect(page.get_by_text("Nothing fits")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("link", name="Anna")).to_be_visible()
    await expect(page.get_by_role("searchbox")).to_be_visible()


async def test_a_mailing_is_frozen_and_deleted(page: Page, sessions: Sessions) -> None:
    await page.goto("/admin/mailings")
    await page.get_by_role("link", name="Garden sale").click()
    await page.get_by_role("button", name="Freeze").click()
    await expect(page.get_by_role("button", name="Go on")).to_be_visible()
    await page.get_by_role("link", name="Delete").click()
    await expect(page.get_by_text("stay on the ledger")).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await page.wait_for_url("**/admin/mailings")
    async with sessions() as tx:
        kept = (await tx.scalars(select(Mailing))).one()
    assert (kept.status, bool(kept.hidden_at)) == ("finished", True)


async def test_a_delivery_is_found_and_shown_as_sent(page: Page) -> None:
    await page.goto("/admin/search")
    await page.get_by_role("searchbox").fill("ivan@example.com")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_text("queued as 1A2B")).to_be_visible()
    await page.get_by_role("link", name="Garden sale").click()
    mail = page.frame_locator("iframe")
    await expect(mail.get_by_text("Здравствуйте")).to_be_visible()


async def test_a_failed_task_is_tried_again(page: Page, sessions: Sessions) -> None:
    await page.goto("/admin/tasks")
    await expect(page.get_by_text("OSError: no route")).to_be_visible()
    await page.get_by_role("button", name="Again", exact=True).click()
    await page.wait_for_url("**/admin/jobs/*")
    async with sessions() as tx:
        assert (await tx.scalars(select(Job.status))).all() == ["queued"]


async def test_a_session_is_revoked(page: Page, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        mine = (await tx.scalars(select(Session))).one()
        other = Session(user_id=mine.user_id, token_hash="x", address="10.0.0.9", agent="Old phone")
        other.created_at = other.seen_at = mine.seen_at
        tx.add(other)
    await page.goto("/admin/account")
    row = page.locator(".session", has_text="Old phone")
    await row.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("Old phone")).to_have_count(0)
    async with sessions() as tx:
        assert len((await tx.scalars(select(Session))).all()) == 1


async def test_a_run_in_progress_moves_by_itself(page: Page, sessions: Sessions) -> None:
    await page.goto("/admin")
    await expect(page.get_by_text("1 of 1").first).to_be_visible()
    async with sessions.begin() as tx:
        run = (await tx.scalars(select(Run))).one()
        run.status, run.finished_at = "finished", await clock(tx)
    await expect(page.get_by_text("Nothing is being sent")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
async def test_no_page_is_wider_than_the_screen(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    for path in ("", "/users", "/users/1", "/users/new", "/deliveries", "/tasks", "/settings"):
        await page.goto(f"/admin{path}")
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
