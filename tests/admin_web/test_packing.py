"""Pages leave packed, and no other site learns anything by their length."""

import asyncio

import pytest

from admin_web.admin import form_token
from admin_web.packing import is_taken
from core.db import Sessions
from tests.admin_web.admin import Admin, administrator
from tests.admin_web.conftest import Browser

PACKED = {"Accept-Encoding": "gzip, deflate"}
KEY, COOKIE = b"k" * 32, "a cookie"


async def test_pages_leave_packed_unless_another_site_asks(
    browser: Browser, sessions: Sessions
) -> None:
    await administrator(sessions)
    admin = Admin(browser)
    await admin.sign_in()
    for asked, came_from, way in (
        ("gzip", "same-origin", "gzip"),
        ("gzip", "none", "gzip"),
        ("gzip", "cross-site", None),
        ("gzip", "same-site", None),
        ("gzip", "", None),
        ("identity", "same-origin", None),
    ):
        headers = {"Accept-Encoding": asked, **({"Sec-Fetch-Site": came_from} if came_from else {})}
        answer = await admin.get("/admin/users?q=ro", **headers)
        assert answer.headers.get("Content-Encoding") == way, (asked, came_from)
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert "Root" in await answer.text()
    table = await admin.get("/admin/users.csv", **PACKED, **{"Sec-Fetch-Site": "same-origin"})
    assert table.headers["Content-Encoding"] == "gzip"
    assert "root@example.org" in await table.text()
    async with asyncio.timeout(5):
        live = await admin.get("/admin/live/runs", **PACKED, **{"Sec-Fetch-Site": "same-origin"})
        assert "Content-Encoding" not in live.headers
        assert (await live.content.readline()).startswith(b"data:")
        live.close()
    public = await browser.get("/privacy", headers={**PACKED, "Sec-Fetch-Site": "cross-site"})
    assert public.headers["Content-Encoding"] == "gzip"


def test_a_token_never_looks_the_same_and_fits_its_cookie_only() -> None:
    one, other = form_token.made(KEY, COOKIE), form_token.made(KEY, COOKIE)
    assert one[:64] != other[:64]
    assert one[64:] != other[64:]
    assert form_token.fits(KEY, COOKIE, one)
    assert form_token.fits(KEY, COOKIE, other)
    assert not form_token.fits(KEY, "another cookie", one)
    assert not form_token.fits(b"another key", COOKIE, one)


@pytest.mark.parametrize("given", ["", "zz", "0" * 64, "0" * 128, "ж", "0" * 126, "0" * 130])
def test_what_was_not_made_here_does_not_fit(given: str) -> None:
    assert not form_token.fits(KEY, COOKIE, given)


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("br", False),
        ("", False),
    ],
)
def test_the_browser_says_what_it_can_unpack(accepted: str, taken: bool) -> None:
    assert is_taken(accepted) is taken
