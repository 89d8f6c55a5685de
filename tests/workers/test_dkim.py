"""With a key in the settings, everything that a worker sends is signed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.accounts.choice import Way
from core.accounts.rules import Account
from core.bootstrap import Deps
from core.db import Sessions, clock
from core.letters.requests import request
from core.mail.key_file import BadKey
from core.mail.transport import Server
from core.signing_keys import service as signing_keys
from tests import factories
from tests.core.delivery.makers import mailing
from tests.core.mail.sink import Sink
from tests.core.mail.test_dkim import KEYS, signer
from tests.workers.conftest import until, working
from workers.worker import build


async def test_mailings_and_letters_are_signed(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink, tmp_path: Path
) -> None:
    key = tmp_path / "dkim.pem"
    key.write_bytes(KEYS["rsa"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    deps = make_deps(dkim_domain="example.org", dkim_selector="mail", dkim_key_file=key)
    async with sessions.begin() as tx:
        now = await clock(tx)
        await mailing(tx, now, 3)
        await request(tx, await factories.user(tx), "confirm", now)

    async def all_arrived() -> bool:
        return len(sink.accepted) == 4

    async with working(deps):
        await until(all_arrived)
    _, lookup = signer("rsa")
    assert [dkim.verify(content, dnsfunc=lookup) for _, content in sink.accepted] == [True] * 4


async def test_a_key_made_on_the_site_signs_for_its_domain(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        key = await signing_keys.make(tx, deps.settings, "example.org", now)
        key.signs_since = now
        await mailing(tx, now, 2)

    async def all_arrived() -> bool:
        return len(sink.accepted) == 2

    async with working(deps):
        await until(all_arrived)
    name, value = signing_keys.record(key)
    known = {f"{name}.".encode(): value.encode()}
    for _, content in sink.accepted:
        assert dkim.verify(content, dnsfunc=lambda asked, timeout=5: known.get(asked))


@pytest.mark.parametrize(
    ("sender", "guarded", "signed"),
    [
        ("shop@example.org", True, True),
        ("shop@news.example.org", True, True),
        ("anna@gmail.com", True, False),
        ("anna@gmail.com", False, True),
    ],
)
async def test_the_installations_key_speaks_for_an_owners_server_within_its_domain_alone(
    sessions: Sessions, make_deps: Callable[..., Deps], sender: str, guarded: bool, signed: bool
) -> None:
    worker = build("w", make_deps(), asyncio.Event())
    worker.signer, _ = signer("ed25519")
    server = Server("127.0.0.1", 25, "none", address="127.0.0.1")
    way = Way(Account("a"), sender, server=server, guarded=guarded)
    assert (await worker.signer_of(way) is not None) is signed


async def test_a_worker_with_a_wrong_key_does_not_start(
    make_deps: Callable[..., Deps], tmp_path: Path
) -> None:
    key = tmp_path / "dkim.pem"
    key.write_text("no key")
    deps = make_deps(dkim_domain="example.org", dkim_selector="mail", dkim_key_file=key)
    with pytest.raises(ExceptionGroup) as caught:
        async with working(deps):
            pass
    assert caught.group_contains(BadKey)
