"""axe-core (MPL-2.0, by axe-playwright-python) finds nothing on any page, by day and night."""

from collections.abc import Sequence

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from sqlalchemy import select

from admin_web.resources import RESOURCES
from core.accounts.models import SmtpAccount
from core.bootstrap import Deps
from core.db import Sessions
from core.delivery.models import Delivery
from core.jobs.models import Job
from core.mailings.models import Mailing
from core.users.models import User

pytestmark = pytest.mark.browser

OPEN = ("/", "/privacy", "/blog")
OUTSIDE = ("/admin/sign-in", "/admin/forgot")
REFUSED = ("/nothing-here", "/admin/password/none")
WHOLE = {"width": 1280, "height": 2600}  # axe cannot tell what is behind a menu that is cut off
PAGES = (
    "",
    "/account",
    "/account/second-factor",
    "/prove",
    "/search?q=ivan@example.com",
    "/tasks",
    "/settings",
    "/maintenance",
    "/users/new",
    "/messages/new",
    "/mailings/new",
    "/smtp_accounts/new",
    "/suppressions/new",
)


async def rows(sessions: Sessions) -> Sequence[str]:
    """Pages of rows, and of what can be done with them."""
    async with sessions() as tx:
        user = (await tx.scalars(select(User).where(User.name == "Anna"))).one()
        mailing = (await tx.scalars(select(Mailing))).one()
        delivery = (await tx.scalars(select(Delivery))).one()
        account = (await tx.scalars(select(SmtpAccount))).one()
        job = (await tx.scalars(select(Job))).one()
    return (
        f"/users/{user.id}",
        f"/users/{user.id}/edit",
        f"/users/{user.id}/delete",
        f"/users/{user.id}/ask/block",
        f"/users/bulk?verb=delete&id={user.id}",
        "/users/bulk/all?verb=delete&is_admin=no",
        f"/mailings/{mailing.id}",
        f"/runs/{delivery.run_id}",
        f"/deliveries/{delivery.run_id}-{delivery.client_id}",
        f"/smtp_accounts/{account.id}",
        f"/smtp_accounts/{account.id}/domain",
        f"/jobs/{job.id}",
        "/workers/~mail~2d1:7",
    )


@pytest.mark.slow  # every page
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(page: Page, deps: Deps, scheme: str) -> None:
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    await page.set_viewport_size(WHOLE)  # type: ignore[arg-type]  # it is one
    await page.goto("/admin/account")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Set up").click()
    tables = [f"/{name}" for name in RESOURCES]
    paths = [f"/admin{path}" for path in (*PAGES, *await rows(deps.sessions), *tables)]
    found = {}
    for path in (*paths, *OPEN):
        if complaints := await complaints_of(page, path):
            found[path] = complaints
    await page.context.clear_cookies()
    stranger = await page.context.new_page()  # nobody listens to its console: 404 is told there
    for path in (*OUTSIDE, *REFUSED):
        if complaints := await complaints_of(stranger, path):
            found[path] = complaints
    assert not found, "\n".join(f"{path}: {said}" for path, said in found.items())


async def test_a_menu_longer_than_the_window_is_legible(page: Page) -> None:
    await page.set_viewport_size({"width": 1280, "height": 720})
    assert await complaints_of(page, "/admin/smtp_accounts") == []


async def complaints_of(page: Page, path: str) -> list[str]:
    """What axe says of a page: the rule, and where."""
    answer = await page.goto(path)
    while answer and "refresh" in answer.headers:  # it would come anew in the midst of the next
        answer = await page.goto(path)
    assert answer, path
    assert answer.status < 500, path
    result = await Axe().run(page)
    return [
        f"{each['id']}: {node['target']} {node['failureSummary'][:300]}"
        for each in result.response["violations"]
        for node in each["nodes"]
    ]
