"""The site as a browser without scripts meets it."""

from collections.abc import AsyncIterator, Iterator
from typing import Literal

import pytest
from aiohttp.test_utils import TestClient, TestServer
from argon2 import Parameters, PasswordHasher, extract_parameters
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from admin_web.app import make_app
from core.bootstrap import Deps
from core.db import Sessions
from core.settings import Settings
from core.users import passwords
from tests.admin_web.admin import ORIGIN, Admin, Browser, signed_in

__all__ = ["ORIGIN", "Browser"]


class Hasher(PasswordHasher):
    """As quick as argon2 can be; knows what the judging of each password would have cost."""

    def __init__(self) -> None:
        super().__init__(memory_cost=64, time_cost=1, parallelism=1)
        self.judged: list[Parameters] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.judged.append(extract_parameters(str(hash)))
        return super().verify(hash, password)


@pytest.fixture(autouse=True)
def hasher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hasher]:
    """What passwords are hashed with: the product's own would be most of a test's time."""
    made = Hasher()
    monkeypatch.setattr(passwords, "_HASHER", made)
    passwords._nobodys.cache_clear()
    yield made
    passwords._nobodys.cache_clear()


@pytest.fixture
def settings() -> Settings:
    """A site behind HTTPS."""
    return Settings(
        public_url=ORIGIN, secret_key=SecretStr("s" * 32), webhook_secret=SecretStr("hook")
    )


@pytest.fixture
async def deps(settings: Settings, engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[Deps]:
    """Resources on a fresh database; nothing listens where Redis is said to be."""
    redis = Redis.from_url("redis://127.0.0.1:1", retry=None)
    yield Deps(settings, engine, sessions, redis)
    await redis.aclose()


@pytest.fixture
async def browser(deps: Deps) -> AsyncIterator[Browser]:
    """Follows no redirects, keeps no cookies between tests, reads English."""
    async with TestClient(TestServer(make_app(deps))) as client:
        client.session.headers["Accept-Language"] = "en"
        yield client


@pytest.fixture
async def admin(browser: Browser, sessions: Sessions) -> Admin:
    """A browser that is signed in."""
    return await signed_in(browser, sessions)
