"""An administrator's browser: signs in, keeps its cookie, sends forms as the pages have them."""

import re
from collections.abc import Mapping, Sequence

from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request
from yarl import URL

from core.audit.service import Actor, record
from core.db import Sessions, clock
from core.sessions import administrators, service
from core.sessions.models import Password
from core.users import passwords
from core.users.models import User
from tests import factories

Browser = TestClient[Request, Application]
ORIGIN = "https://mail.example.org"
EMAIL = "root@example.org"
PASSWORD = "seven brown foxes"
COOKIE = "__Host-session"
FIELD = re.compile(r'name="csrf" value="([0-9a-f]+)"')


async def administrator(sessions: Sessions, email: str = EMAIL) -> User:
    """An administrator with a password."""
    async with sessions.begin() as tx:
        return await administrators.create(tx, email, PASSWORD, await clock(tx), name="Root")


class Admin:
    """A browser of its own: cookies by hand, since the test server speaks plain HTTP."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.cookie = ""
        self.language = "en"  # chosen in this browser; "" for none
        self._token = ("", "")  # of its forms, with the cookie it belongs to

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return self._kept(
            await self._browser.get(
                URL(path, encoded=True), headers=self._headers(headers), allow_redirects=False
            )
        )

    async def post(
        self, path: str, form: Mapping[str, str] | None = None, *, csrf: str | None = None, **h: str
    ) -> ClientResponse:
        """Send a form with the token of the sign-in or account page, or with another one."""
        token = await self.csrf() if csrf is None else csrf
        headers = self._headers({"Origin": ORIGIN, **h})
        data = {"csrf": token, **(form or {})}
        answer = await self._browser.post(
            URL(path, encoded=True), data=data, headers=headers, allow_redirects=False
        )
        return self._kept(answer)

    async def post_many(self, path: str, pairs: Sequence[tuple[str, str]]) -> ClientResponse:
        """Send a form in which a name occurs several times."""
        form = FormData([("csrf", await self.csrf()), *pairs])
        headers = self._headers({"Origin": ORIGIN})
        return await self._browser.post(path, data=form, headers=headers, allow_redirects=False)

    async def csrf(self) -> str:
        """The token that this browser's forms carry, the same for the whole session."""
        if self.cookie and self._token[0] == self.cookie:
            return self._token[1]
        for page in ("/admin/account", "/admin/sign-in"):
            found = FIELD.search(await (await self.get(page)).text())
            if found:
                self._token = (self.cookie, found[1])
                return found[1]
        raise AssertionError("no form was shown")

    async def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> ClientResponse:
        return await self.post("/admin/sign-in", {"email": email, "password": password})

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        cookies = {"lang": self.language, COOKIE: self.cookie}
        sent = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        return {"Cookie": sent, **more}

    def _kept(self, answer: ClientResponse) -> ClientResponse:
        if COOKIE in answer.cookies:
            self.cookie = answer.cookies[COOKIE].value
        return answer


async def signed_in(browser: Browser, sessions: Sessions) -> Admin:
    """A browser as after signing in. The way there has tests of its own; taken here for each of
    the others, its slow hashes and pages would be most of their time."""
    made = Admin(browser)
    async with sessions.begin() as tx:
        now = await clock(tx)
        here = {"phone": "", "created_at": now, "email_confirmed_at": now}
        user = await factories.user(
            tx, name="Root", email=EMAIL, is_admin=True, locale="en", **here
        )
        tx.add(
            Password(user_id=user.id, hash=await passwords.hash_password(PASSWORD), changed_at=now)
        )
        actor = Actor("site", user.email, user.id, "127.0.0.1")
        await record(tx, actor, "sign_in", ("users", user.id, user.name), now)
        made.cookie = await service.begin(tx, user, "127.0.0.1", "Python", now)
    return made
