"""Parts of a page that a script asks for, when nothing good can come back."""

from tests.admin_web.admin import Admin
from tests.admin_web.conftest import Browser

PART = {"HX-Request": "true"}


async def test_a_list_whose_session_is_over_makes_way_for_the_sign_in_page(
    browser: Browser,
) -> None:
    answer = await Admin(browser).get("/admin/users?q=anna", **PART)
    assert (answer.status, await answer.text()) == (204, "")
    assert answer.headers["HX-Redirect"] == "/admin/sign-in?next=/admin/users?q%3Danna"
    assert "Location" not in answer.headers


async def test_an_editor_whose_session_is_over_keeps_its_text_and_is_told(
    browser: Browser,
) -> None:
    stranger = Admin(browser)
    answer = await stranger.post("/admin/articles/preview", {"body": "Hi"}, **PART)
    assert answer.status == 401
    assert not {"HX-Redirect", "Location"} & answer.headers.keys()
    assert "Copy what is not saved yet" in await answer.text()


async def test_an_ordinary_form_that_is_too_large_is_told_its_own_limit(admin: Admin) -> None:
    answer = await admin.post("/admin/users/new", {"name": "x" * 1_100_000})
    assert answer.status == 413
    assert "At most 1 MB" in await answer.text()
