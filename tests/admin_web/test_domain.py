"""The domain of a mail account on the site: what its DNS says, and its signing key."""

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from admin_web.app import make_app
from core.bootstrap import Deps
from core.signing_keys import service
from core.signing_keys.models import SigningKey
from tests.admin_web.admin import Admin, administrator
from tests.admin_web.test_admin_accounts import ACCOUNT
from tests.core.signing_keys.test_signing import Zone


async def key_of(deps: Deps) -> SigningKey:
    async with deps.sessions() as tx:
        return (await tx.scalars(select(SigningKey))).one()


@pytest.mark.parametrize("published", [False, True])
async def test_a_key_is_made_published_and_signs(deps: Deps, published: bool) -> None:
    zone = Zone()
    await administrator(deps.sessions)
    async with TestClient(TestServer(make_app(replace(deps, dns=zone)))) as client:
        admin = Admin(client)
        await admin.sign_in()
        row = (await admin.post("/admin/smtp_accounts/new", ACCOUNT)).headers["Location"]
        assert "does not say who may send" in await (await admin.get(row + "/domain")).text()
        assert (await admin.post(row + "/domain/start")).status == 404
        assert (await admin.post(row + "/domain/key")).status == 303
        key = await key_of(deps)
        name, value = service.record(key)
        page = await (await admin.get(row + "/domain")).text()
        assert name in page
        assert value in page
        assert key.private_key not in page
        if published:
            zone.put[name] = [value]
        answer = await admin.post(row + "/domain/start")
        assert answer.status == (303 if published else 409)
        assert ((await key_of(deps)).signs_since is not None) is published
        if published:
            assert "is signed since" in await (await admin.get(row + "/domain")).text()
            await admin.post(row + "/domain/stop")
            assert (await key_of(deps)).signs_since is None
        for path in (f"/admin/signing_keys/{key.id}", "/admin/signing_keys.csv"):
            assert key.private_key not in await (await admin.get(path)).text()
