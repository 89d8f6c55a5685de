"""Signing in to the site, and what protects it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from argon2 import Parameters, extract_parameters
from sqlalchemy import select, update

from admin_web.admin.gate import safe_next
from core.audit.models import Entry
from core.db import Sessions, clock
from core.letters import tokens
from core.letters.models import EmailToken, Letter
from core.sessions import administrators, service
from core.sessions.models import Password, Session, SignInTry
from core.users.models import TelegramAccount, User
from core.users.passwords import hash_password
from tests import factories
from tests.admin_web.admin import COOKIE, EMAIL, FIELD, PASSWORD, Admin, administrator
from tests.admin_web.conftest import ORIGIN, Browser, Hasher

MakeAdmin = Callable[[], Awaitable[Admin]]


@pytest.fixture
def anybody(browser: Browser) -> Admin:
    """A browser that is not signed in."""
    return Admin(browser)


@pytest.fixture
async def admin(browser: Browser, sessions: Sessions) -> Admin:
    """A browser that is."""
    await administrator(sessions)
    made = Admin(browser)
    assert (await made.sign_in()).status == 303
    return made


async def link(sessions: Sessions, user: User, email: str = "") -> str:
    """Where a password letter leads."""
    async with sessions.begin() as tx:
        to, now = email or user.email, await clock(tx)
        proof = await tokens.mint(tx, user.id, "password", to, None, b"k", now)
        return f"/admin/password/{proof.token}"


async def test_signing_in_leads_where_one_was_going(anybody: Admin, sessions: Sessions) -> None:
    await administrator(sessions)
    answer = await anybody.get("/admin/users?q=anna")
    assert answer.status == 303
    asked = answer.headers["Location"]
    assert asked == "/admin/sign-in?next=/admin/users?q%3Danna"
    form = {"email": EMAIL.upper(), "password": PASSWORD}
    answer = await anybody.post(asked, form)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/users?q=anna")
    assert (await anybody.get("/admin/users?q=anna")).status == 200


async def test_the_cookie_changes_at_sign_in_and_the_old_one_is_dead(
    anybody: Admin, sessions: Sessions
) -> None:
    await administrator(sessions)
    await anybody.get("/admin/sign-in")
    before = anybody.cookie
    await anybody.sign_in()
    assert anybody.cookie != before
    anybody.cookie = before
    assert (await anybody.get("/admin")).status == 303


async def test_signing_in_again_ends_the_session_before(admin: Admin) -> None:
    before = admin.cookie
    await admin.sign_in()
    admin.cookie = before
    assert (await admin.get("/admin/account")).status == 303


async def test_a_cookie_is_worth_nothing_after_sign_out(admin: Admin) -> None:
    kept = admin.cookie
    assert (await admin.post("/admin/sign-out")).headers["Location"] == "/admin/sign-in"
    admin.cookie = kept
    answer = await admin.get("/admin/account")
    assert (answer.status, answer.headers["Location"][:14]) == (303, "/admin/sign-in")


async def test_a_password_change_ends_other_sessions(admin: Admin, browser: Browser) -> None:
    other, copy = Admin(browser), Admin(browser)
    await other.sign_in()
    copy.cookie = admin.cookie
    form = {"present": PASSWORD, "password": "nine blue whales", "again": "nine blue whales"}
    assert (await admin.post("/admin/account/password", form)).status == 303
    assert (await other.get("/admin/account")).status == 303
    assert (await copy.get("/admin/account")).status == 303
    assert (await admin.get("/admin/account")).status == 200
    assert (await other.sign_in()).status == 422
    assert (await other.sign_in(password="nine blue whales")).status == 303


async def test_a_password_change_needs_the_present_one(admin: Admin) -> None:
    form = {"present": "x", "password": "nine blue whales", "again": "nine blue whales"}
    answer = await admin.post("/admin/account/password", form)
    assert answer.status == 422
    assert "not your present password" in await answer.text()


async def test_a_blocked_administrators_session_dies_at_once(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        await tx.execute(update(User).values(blocked_at=await clock(tx)))
    assert (await admin.get("/admin/account")).status == 303
    assert (await admin.sign_in()).status == 422


async def test_the_cookie_is_kept_from_scripts_and_other_sites(
    anybody: Admin, sessions: Sessions
) -> None:
    await administrator(sessions)
    cookie = (await anybody.sign_in()).cookies[COOKIE]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


@pytest.mark.parametrize(
    "late", [{"seen_at": service.IDLE}, {"created_at": service.ABSOLUTE}], ids=["idle", "absolute"]
)
async def test_sessions_end_by_the_servers_clock(
    admin: Admin, sessions: Sessions, late: dict[str, timedelta]
) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        await tx.execute(update(Session).values({k: now - v for k, v in late.items()}))
    assert (await admin.get("/admin/account")).status == 303


@pytest.mark.parametrize(
    "path", ["/admin/sign-out", "/admin/account/password", "/admin/users/new", "/admin/sign-in"]
)
async def test_a_form_without_the_sessions_own_token_changes_nothing(
    admin: Admin, browser: Browser, path: str
) -> None:
    other = Admin(browser)
    await other.sign_in()
    for token in ("", "0" * 64, await other.csrf()):
        assert (await admin.post(path, csrf=token)).status == 403
    assert (await admin.get("/admin/account")).status == 200


async def test_another_sites_form_is_refused(admin: Admin) -> None:
    answer = await admin.post("/admin/sign-out", Origin="https://evil.example")
    assert answer.status == 403
    assert (await admin.get("/admin/account")).status == 200


@pytest.mark.parametrize(
    "path", ["/admin/sign-out", "/admin/account/password", "/admin/users/1/do/block"]
)
async def test_changing_addresses_take_no_get(admin: Admin, path: str) -> None:
    assert (await admin.get(path)).status == 405


async def test_passwords_are_kept_as_argon2id(admin: Admin, sessions: Sessions) -> None:
    async with sessions() as tx:
        kept = (await tx.scalars(select(Password.hash))).one()
        session = (await tx.scalars(select(Session))).one()
    assert kept.startswith("$argon2id$")
    assert admin.cookie not in (session.token_hash, "")


async def test_of_many_bad_sign_ins_the_later_are_not_even_judged(
    anybody: Admin, sessions: Sessions
) -> None:
    await administrator(sessions)
    await administrator(sessions, "other@example.org")
    token = await anybody.csrf()
    form = {"email": EMAIL, "password": "wrong"}

    async def bad(n: int) -> int:
        address = {"X-Forwarded-For": f"10.0.0.{n}"}
        return (await anybody.post("/admin/sign-in", form, csrf=token, **address)).status

    statuses = await asyncio.gather(*(bad(n) for n in range(20)))
    assert sorted(statuses) == [422] * 10 + [429] * 10
    assert (await anybody.sign_in()).status == 429
    assert (await anybody.sign_in("other@example.org")).status == 303


async def test_a_throttle_ends_and_the_right_password_clears_it(
    anybody: Admin, sessions: Sessions
) -> None:
    await administrator(sessions)
    for _ in range(10):
        await anybody.sign_in(password="wrong")
    async with sessions.begin() as tx:
        await tx.execute(update(SignInTry).values(at=SignInTry.at - timedelta(minutes=16)))
    assert (await anybody.sign_in()).status == 303
    async with sessions() as tx:
        assert (await tx.scalars(select(SignInTry))).all() == []


async def test_a_known_and_an_unknown_address_look_alike(
    anybody: Admin, sessions: Sessions, hasher: Hasher
) -> None:
    await administrator(sessions)
    costs: list[list[Parameters]] = []
    pages: list[str] = []
    token = await anybody.csrf()
    for email in (EMAIL, "nobody@example.org"):
        hasher.judged.clear()
        form = {"email": email, "password": "wrong"}
        answer = await anybody.post("/admin/sign-in", form, csrf=token)
        costs.append([*hasher.judged])
        page = FIELD.sub("", (await answer.text()).replace(email, ""))
        pages.append(f"{answer.status} {page}")
    assert pages[0] == pages[1]
    assert costs[0] == costs[1] == [extract_parameters(await hash_password("any"))]


async def test_a_password_letter_leads_to_a_password(anybody: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        user = await administrators.ensure_first(tx, "First@Example.org", await clock(tx))
        again = await administrators.ensure_first(tx, "second@example.org", await clock(tx))
    assert again is None
    assert user is not None
    where = await link(sessions, user)
    for _ in range(2):  # scanners open links
        assert "Once more" in await (await anybody.get(where)).text()
    weak = {"password": "password123", "again": "password123"}
    assert "list of common ones" in await (await anybody.post(where, weak)).text()
    good = {"password": PASSWORD, "again": PASSWORD}
    assert (await anybody.post(where, good)).status == 303
    assert (await anybody.post(where, good)).status == 410
    assert (await anybody.sign_in("first@example.org")).status == 303
    async with sessions() as tx:
        assert (await tx.get_one(User, user.id)).email_confirmed_at
        letters = (await tx.execute(select(Letter.purpose, Letter.locale))).all()
    assert [tuple(letter) for letter in letters] == [("password", "ru en")]


async def test_of_many_uses_of_a_letter_one_succeeds(anybody: Admin, sessions: Sessions) -> None:
    where = await link(sessions, await administrator(sessions))
    token = await anybody.csrf()
    form = {"password": "nine blue whales", "again": "nine blue whales"}
    answers = await asyncio.gather(*(anybody.post(where, form, csrf=token) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [303] + [410] * 19


async def test_an_old_letter_is_refused(anybody: Admin, sessions: Sessions) -> None:
    where = await link(sessions, await administrator(sessions))
    async with sessions.begin() as tx:
        day = timedelta(hours=25)
        moved = {
            "created_at": EmailToken.created_at - day,
            "expires_at": EmailToken.expires_at - day,
        }
        await tx.execute(update(EmailToken).values(moved))
    good = {"password": "nine blue whales", "again": "nine blue whales"}
    assert (await anybody.post(where, good)).status == 410
    assert (await anybody.sign_in()).status == 303


async def test_a_confirmation_link_sets_no_password(anybody: Admin, sessions: Sessions) -> None:
    user = await administrator(sessions)
    async with sessions.begin() as tx:
        proof = await tokens.mint(tx, user.id, "confirm", EMAIL, None, b"k", await clock(tx))
    form = {"password": "nine blue whales", "again": "nine blue whales"}
    assert (await anybody.post(f"/admin/password/{proof.token}", form)).status == 410
    password = (await link(sessions, user)).removeprefix("/admin/password/")
    answer = await anybody.post(f"/confirm/{password}")
    assert answer.status == 404


async def test_asking_for_a_letter_says_nothing_about_the_address(
    anybody: Admin, sessions: Sessions
) -> None:
    await administrator(sessions)
    pages = set()
    for email in (EMAIL, "nobody@example.org"):
        answer = await anybody.post("/admin/forgot", {"email": email}, Host="evil.example")
        pages.add(f"{answer.status} {(await answer.text()).replace(email, '')}")
    assert len(pages) == 1
    async with sessions() as tx:
        assert (await tx.scalars(select(Letter.recipient))).all() == [EMAIL]


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/admin//evil",
        "/x",
        "",
        "/admin\n",
    ],
)
def test_only_pages_of_this_site_follow_a_sign_in(wanted: str) -> None:
    assert safe_next(wanted) == "/admin"


async def test_pages_say_how_browsers_must_treat_them(admin: Admin) -> None:
    for path in ("/admin/account", "/admin/sign-in", "/admin/nothing", "/static/admin.css"):
        headers = (await admin.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in policy
        assert headers["Strict-Transport-Security"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/admin", "/admin/users", "/admin/users/1", "/admin/users.csv", "/admin/account"]
)
async def test_who_is_no_administrator_stays_outside(
    admin: Admin, sessions: Sessions, path: str
) -> None:
    async with sessions.begin() as tx:
        await tx.execute(update(User).values(is_admin=False))
    assert (await admin.get(path)).status == 403
    assert (await admin.post(path if path != "/admin" else "/admin/users/new")).status == 403


async def test_another_browser_can_be_signed_out(admin: Admin, browser: Browser) -> None:
    other = Admin(browser)
    await other.sign_in()
    page = await (await admin.get("/admin/account")).text()
    assert page.count("/end") == 1
    where = page.partition('action="/admin/account/sessions/')[2].partition('"')[0]
    await admin.post(f"/admin/account/sessions/{where}")
    assert (await other.get("/admin/account")).status == 303
    assert (await admin.get("/admin/account")).status == 200


async def test_sign_ins_are_written_down(admin: Admin, sessions: Sessions) -> None:
    async with sessions() as tx:
        entry = (await tx.scalars(select(Entry))).one()
    assert (entry.action, entry.actor, entry.via, entry.address) == (
        "sign_in",
        EMAIL,
        "site",
        "127.0.0.1",
    )
    assert ORIGIN not in entry.object_name


async def test_an_owner_without_rights_may_sign_in_but_sees_nothing(
    anybody: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx, email="owner@example.org")
        await service.set_password(tx, owner, PASSWORD, await clock(tx))
    assert (await anybody.sign_in("owner@example.org")).status == 303
    answer = await anybody.get("/admin/users")
    assert answer.status == 403
    assert "administrators only" in await answer.text()


@pytest.mark.parametrize(("spoken", "shown"), [("de,en;q=0.7", "en"), ("ru-RU", "ru")])
async def test_the_first_pages_speak_as_the_browser_does(
    anybody: Admin, sessions: Sessions, spoken: str, shown: str
) -> None:
    anybody.language = ""
    user = await administrator(sessions)
    speaks = {"Accept-Language": spoken}
    assert f'<html lang="{shown}">' in await (await anybody.get("/admin/sign-in", **speaks)).text()
    form = {"email": EMAIL, "password": PASSWORD}
    assert (await anybody.post("/admin/sign-in", form, **speaks)).status == 303
    assert f'<html lang="{shown}">' in await (await anybody.get("/admin/account")).text()
    async with sessions() as tx:
        assert (await tx.get_one(User, user.id)).locale == shown


async def test_the_language_of_an_account_is_its_own_choice(
    anybody: Admin, sessions: Sessions
) -> None:
    user = await administrator(sessions)
    anybody.language = ""
    english = {"Accept-Language": "en"}
    form = {"email": EMAIL, "password": PASSWORD}
    await anybody.post("/admin/sign-in", form, **english)
    page = await (await anybody.get("/admin/users?q=a&lang=en")).text()
    assert 'name="next" value="/admin/users?q=a"' in page
    where = "/admin/account/language"
    answer = await anybody.post(where, {"locale": "ru", "next": "/admin/users?q=a"})
    assert (answer.headers["Location"], answer.cookies["lang"].value) == ("/admin/users?q=a", "ru")
    assert (await anybody.post(where, {"locale": "xx"})).status == 400
    away = await anybody.post(where, {"locale": "ru", "next": "//evil.example"})
    assert away.headers["Location"] == "/admin"
    await anybody.post("/admin/sign-in", form, **english)  # not the first time: the choice stands
    assert '<html lang="ru">' in await (await anybody.get("/admin/account", **english)).text()
    async with sessions() as tx:
        assert (await tx.get_one(User, user.id)).locale == "ru"


async def test_who_writes_to_the_bot_is_spoken_to_as_there(
    anybody: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        user = await factories.user(tx, email=EMAIL, locale="ru")
        tx.add(TelegramAccount(telegram_id=7, user_id=user.id, created_at=await clock(tx)))
    await administrator(sessions)
    anybody.language = ""
    form = {"email": EMAIL, "password": PASSWORD}
    await anybody.post("/admin/sign-in", form, **{"Accept-Language": "en"})
    assert '<html lang="ru">' in await (await anybody.get("/admin/account")).text()
