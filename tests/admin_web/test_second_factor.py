"""A code beside the password, and the proof that is asked for before dangerous acts."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from core.audit.models import Entry
from core.db import Sessions, clock
from core.second_factor.models import SecondFactor
from core.sessions import service
from core.sessions.models import Session
from core.users.models import User
from tests import factories
from tests.admin_web.admin import EMAIL, PASSWORD, Admin, administrator
from tests.admin_web.conftest import Browser

SECRET = re.compile(r'<code class="code">([A-Z2-7 ]+)</code>')
CODES = re.compile(r"<li><code>([a-z0-9-]{19})</code></li>")


@pytest.fixture
async def admin(browser: Browser, sessions: Sessions) -> Admin:
    """A browser that is signed in."""
    await administrator(sessions)
    made = Admin(browser)
    assert (await made.sign_in()).status == 303
    return made


async def now_code(sessions: Sessions, secret: str) -> str:
    """What the phone shows; the half minute that was used before is forgotten."""
    async with sessions.begin() as tx:
        await tx.execute(update(SecondFactor).values(last_step=0))
        return pyotp.TOTP(secret).at(await clock(tx))


async def turn_on(admin: Admin, sessions: Sessions) -> tuple[str, list[str]]:
    """Set the second factor up; answers the secret and the recovery codes."""
    assert (await admin.post("/admin/account/second-factor/begin")).status == 303
    page = await (await admin.get("/admin/account/second-factor")).text()
    found = SECRET.search(page)
    assert found
    assert "<svg" in page
    secret = found[1].replace(" ", "")
    form = {"code": await now_code(sessions, secret)}
    answer = await admin.post("/admin/account/second-factor", form)
    codes = CODES.findall(await answer.text())
    assert len(codes) == 10
    return secret, codes


async def grow_stale(sessions: Sessions) -> None:
    """The last proof is half an hour old."""
    async with sessions.begin() as tx:
        await tx.execute(
            update(Session).values(proven_at=Session.proven_at - timedelta(minutes=30))
        )


async def test_the_password_alone_opens_nothing(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    secret, _ = await turn_on(admin, sessions)
    other = Admin(browser)
    form = {"email": EMAIL, "password": PASSWORD}
    answer = await other.post("/admin/sign-in?next=/admin/users", form)
    assert answer.headers["Location"] == "/admin/code?next=/admin/users"
    half = other.cookie
    for path in ("/admin", "/admin/users", "/admin/account", "/admin/users.csv"):
        assert (await other.get(path)).headers["Location"].startswith("/admin/sign-in"), path
    csrf = await other.csrf()
    assert (await other.post("/admin/code", {"code": "000000"}, csrf=csrf)).status == 422
    code = {"code": await now_code(sessions, secret)}
    answer = await other.post("/admin/code?next=/admin/users", code, csrf=csrf)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/users")
    assert other.cookie != half
    assert (await other.get("/admin/users")).status == 200
    other.cookie = half
    assert (await other.get("/admin/users")).status == 303


async def test_a_code_that_was_used_signs_nobody_in(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    secret, _ = await turn_on(admin, sessions)
    code = {"code": await now_code(sessions, secret)}
    for expected in (303, 422):
        other = Admin(browser)
        await other.sign_in()
        assert (await other.post("/admin/code", code)).status == expected


async def test_a_recovery_code_signs_in_once(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    _, codes = await turn_on(admin, sessions)
    for expected in (303, 422):
        other = Admin(browser)
        await other.sign_in()
        assert (await other.post("/admin/code", {"code": codes[0]})).status == expected
    assert "9 recovery codes are left" in await (await admin.get("/admin/account")).text()


async def test_codes_cannot_be_guessed(admin: Admin, browser: Browser, sessions: Sessions) -> None:
    await turn_on(admin, sessions)
    other = Admin(browser)
    await other.sign_in()
    csrf = await other.csrf()
    statuses = [
        (await other.post("/admin/code", {"code": f"{n:06}"}, csrf=csrf)).status for n in range(12)
    ]
    assert statuses == [422] * 10 + [429] * 2


async def test_the_code_has_to_come_in_time(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    secret, _ = await turn_on(admin, sessions)
    other = Admin(browser)
    await other.sign_in()
    async with sessions.begin() as tx:
        late = Session.created_at - service.CODE_WITHIN
        await tx.execute(update(Session).where(Session.awaits_code).values(created_at=late))
    csrf = await other.csrf()
    code = {"code": await now_code(sessions, secret)}
    answer = await other.post("/admin/code", code, csrf=csrf)
    assert answer.headers["Location"] == "/admin/sign-in"
    assert (await other.get("/admin/account")).status == 303


async def test_turning_it_off_asks_for_the_code(admin: Admin, sessions: Sessions) -> None:
    secret, _ = await turn_on(admin, sessions)
    await grow_stale(sessions)
    off = "/admin/account/second-factor/off"
    page = await (await admin.post(off)).text()
    assert "Show that it is you" in page
    assert (await admin.post(off, {"prove_password": PASSWORD})).status == 422
    proof = {"prove_password": PASSWORD, "prove_code": await now_code(sessions, secret)}
    assert (await admin.post(off, proof)).status == 303
    async with sessions() as tx:
        assert (await tx.scalars(select(SecondFactor))).all() == []
        actions = set(await tx.scalars(select(Entry.action)))
    assert {"code_on", "code_off", "prove"} <= actions


async def test_a_deletion_is_proven_and_nothing_is_typed_twice(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        gone = await factories.user(tx, name="Gone")
    await grow_stale(sessions)
    asked = await (await admin.get(f"/admin/users/{gone.id}/delete")).text()
    assert "Show that it is you" in asked
    where = f"/admin/users/{gone.id}/delete"
    page = await (await admin.post(where, {"note": "by <request>"})).text()
    assert 'name="note" value="by &lt;request&gt;"' in page
    wrong = await admin.post(where, {"prove_password": "wrong"})
    assert wrong.status == 422
    assert (await admin.post(where, {"prove_password": PASSWORD})).status == 303
    assert (await admin.post("/admin/users/1/delete")).status in (404, 409)  # not asked again
    async with sessions() as tx:
        assert await tx.get(User, gone.id) is None


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_export_is_proven(admin: Admin, sessions: Sessions, kind: str) -> None:
    await grow_stale(sessions)
    path = f"/admin/users.{kind}?q=root"
    page = await (await admin.get(path)).text()
    assert f"/admin/prove?next=/admin/users.{kind}?q%3Droot" in page
    answer = await admin.post(f"/admin/prove?next={path}", {"prove_password": PASSWORD})
    assert "on its way" in await answer.text()
    assert (await admin.get(path)).headers["Content-Disposition"].startswith("attachment")


async def test_guessing_by_the_proof_is_throttled_like_signing_in(
    admin: Admin, sessions: Sessions
) -> None:
    await grow_stale(sessions)
    csrf = await admin.csrf()
    for n in range(12):
        form = {"prove_password": f"wrong {n}"}
        page = await (await admin.post("/admin/prove", form, csrf=csrf)).text()
    assert "Too many attempts" in page


async def test_other_browsers_are_signed_out_at_once(admin: Admin, browser: Browser) -> None:
    others = [Admin(browser), Admin(browser)]
    for other in others:
        await other.sign_in()
    await admin.post("/admin/account/sessions/others")
    assert [(await other.get("/admin/account")).status for other in others] == [303, 303]
    assert (await admin.get("/admin/account")).status == 200
