"""What a mail server hands over by SMTP or LMTP, through a port or a socket in the file system."""

import asyncio
import smtplib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from core.clients.models import Client
from core.db import Sessions, clock
from core.delivery.models import Delivery
from core.inbound import port
from core.inbound.port import LINE, RECIPIENTS, listen
from core.settings import Settings
from core.users.news import News
from tests.core.delivery.makers import started
from tests.core.inbound.reports import DOMAIN, answer, bounce, message_id, return_address

UNKNOWN = f"bounce+r1.c1.0a1b2c3d4e5f@{DOMAIN}"
COMPLAINTS = f"complaints@{DOMAIN}"
LONG = b"Subject: long\r\n\r\n" + b"x" * (LINE + 1)


def settings(**fields: Any) -> Settings:
    usual: dict[str, Any] = {"secret_key": "a key for tests", "bounce_domain": DOMAIN}
    return Settings(_env_file=None, **usual | fields)  # type: ignore[call-arg]


@asynccontextmanager
async def listening(sessions: Sessions, known: Settings) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(sessions, known, stop))
        try:
            await asyncio.to_thread(wait_for, str(known.bounce_listen).removeprefix("lmtp:"))
            yield
        finally:
            stop.set()


def wait_for(at: str) -> None:
    """Until somebody answers there."""
    host, _, where = at.partition(":")
    family, address = (
        (socket.AF_UNIX, where) if host == "unix" else (socket.AF_INET, (host, int(where)))
    )
    for _each in range(500):
        with socket.socket(family) as probe:
            if probe.connect_ex(address) == 0:
                return
        time.sleep(0.01)


@pytest.fixture
async def socket_path(sessions: Sessions, tmp_path: Path) -> AsyncIterator[str]:
    """Where LMTP is spoken; left behind by an earlier start, as after a kill."""
    path = str(tmp_path / "bounces")
    with socket.socket(socket.AF_UNIX) as earlier:
        earlier.bind(path)
    async with listening(sessions, settings(bounce_listen=f"lmtp:unix:{path}")):
        yield path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def dead_rows(sessions: Sessions) -> list[Delivery]:
    async with sessions.begin() as tx:
        await started(tx, await clock(tx), 3)
        return list(await tx.scalars(select(Delivery).order_by(Delivery.client_id)))


async def active(sessions: Sessions) -> list[bool]:
    async with sessions() as tx:
        return list(await tx.scalars(select(Client.active).order_by(Client.id)))


def hand_over(client: smtplib.SMTP, mail: bytes, *recipients: str) -> tuple[list[int], list[int]]:
    """The codes of the recipients and those after the data, of which LMTP has as many as were
    taken."""
    client.ehlo_or_helo_if_needed()
    client.mail("")
    codes = [client.rcpt(recipient)[0] for recipient in recipients]
    replies = [client.data(mail)[0]]
    if isinstance(client, smtplib.LMTP):
        replies += [client.getreply()[0] for _ in range(codes.count(250) - 1)]
    assert client.noop()[0] == 250  # nothing is left over
    return codes, replies


def by_socket(path: str, mail: bytes, *recipients: str) -> tuple[list[int], list[int]]:
    with smtplib.LMTP(path) as client:
        return hand_over(client, mail, *recipients)


async def test_by_lmtp_each_recipient_that_was_taken_has_its_reply(
    sessions: Sessions, socket_path: str
) -> None:
    rows = await dead_rows(sessions)
    report = bounce(rows[1].email, "5.1.1", "User unknown")
    own = return_address(settings(), rows[1])
    to = [COMPLAINTS, UNKNOWN, own]
    codes, replies = await asyncio.to_thread(by_socket, socket_path, report, *to)
    assert (codes, replies) == ([250, 550, 250], [250, 250])
    assert await active(sessions) == [True, False, True]


async def test_a_reply_that_nobody_is_to_answer_is_nobodys_news(
    sessions: Sessions, socket_path: str
) -> None:
    [row, *_] = await dead_rows(sessions)
    away = answer(row.email, message_id(settings(), row), "Im Urlaub")
    to = return_address(settings(), row)
    assert await asyncio.to_thread(by_socket, socket_path, away, to) == ([250], [250])
    async with sessions() as tx:
        assert (await tx.scalars(select(News))).all() == []


async def test_by_lmtp_what_is_refused_after_the_data_is_refused_for_each(socket_path: str) -> None:
    to = [COMPLAINTS] * (RECIPIENTS + 1)
    codes, replies = await asyncio.to_thread(by_socket, socket_path, LONG, *to)
    assert codes == [250] * RECIPIENTS + [452]
    assert replies == [500] * RECIPIENTS


async def test_lmtp_knows_no_greeting_of_smtp(socket_path: str) -> None:
    def greeted() -> list[int]:
        with smtplib.LMTP(socket_path) as client:
            return [client.docmd(word, "mx.example.org")[0] for word in ("EHLO", "HELO", "LHLO")]

    assert await asyncio.to_thread(greeted) == [500, 500, 250]


@pytest.mark.parametrize(("scheme", "speak"), [("", smtplib.SMTP), ("lmtp:", smtplib.LMTP)])
async def test_both_are_spoken_at_a_port_and_long_lines_are_taken(
    sessions: Sessions, scheme: str, speak: type[smtplib.SMTP]
) -> None:
    [row, *_] = await dead_rows(sessions)
    report = bounce(row.email, "5.1.1", "User unknown") + b"\r\n" + b"x" * 2000
    port = free_port()

    def post() -> tuple[list[int], list[int]]:
        with speak("127.0.0.1", port) as client:
            return hand_over(client, report, return_address(settings(), row))

    async with listening(sessions, settings(bounce_listen=f"{scheme}127.0.0.1:{port}")):
        assert await asyncio.to_thread(post) == ([250], [250])
    assert await active(sessions) == [False, True, True]


@pytest.mark.parametrize("at", ["2525", "unix:/run/x", "lmtp:unix:x", "host:port"])
def test_an_address_that_cannot_be_listened_at_is_refused(at: str) -> None:
    with pytest.raises(ValidationError):
        settings(bounce_listen=at)


async def test_a_port_that_is_taken_is_waited_for(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "PAUSE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as earlier:
        number = earlier.getsockname()[1]
        async with listening(sessions, settings(bounce_listen=f"127.0.0.1:{number}")):
            earlier.close()
            async with asyncio.timeout(10):
                await asyncio.to_thread(wait_for, f"127.0.0.1:{number}")
            assert await asyncio.to_thread(greeting, number) == 220


def greeting(number: int) -> int:
    with smtplib.SMTP() as client:
        return client.connect("127.0.0.1", number)[0]
