"""A mailing goes out, and what comes back by SMTP switches the dead address off."""

import asyncio
import smtplib
import socket
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.bootstrap import Deps
from core.clients.models import Client
from core.db import Sessions, clock
from core.delivery.returns import Return
from tests.core.delivery.makers import mailing
from tests.core.inbound.reports import DOMAIN, bounce
from tests.core.mail.makers import parsed
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working
from workers.app import run_scheduler


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def post(port: int, recipient: str, mail: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("", [recipient], mail)


async def test_a_bounce_finds_its_client_and_a_request_unsubscribes(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    port = free_port()
    deps = make_deps(bounce_domain=DOMAIN, bounce_listen=f"127.0.0.1:{port}")
    async with sessions.begin() as tx:
        await mailing(tx, await clock(tx), 3)

    async def all_arrived() -> bool:
        return len(sink.accepted) == 3

    async with working(deps) as stop, asyncio.TaskGroup() as group:
        group.create_task(run_scheduler(deps, stop))
        await until(all_arrived)
        dead, leaving, staying = (recipient for recipient, _ in sink.accepted)
        report = bounce(dead, "5.1.1", "User unknown")
        await asyncio.to_thread(post, port, sink.senders[dead], report)
        field = parsed(dict(sink.accepted)[leaving])["List-Unsubscribe"]
        address = field.partition("mailto:")[2].partition("?")[0]
        await asyncio.to_thread(post, port, address, b"Subject: unsubscribe\r\n\r\n")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await asyncio.to_thread(post, port, f"bounce+r1.c1.0a1b2c3d4e5f@{DOMAIN}", report)
        stop.set()
    async with sessions() as tx:
        clients = {client.email: client for client in await tx.scalars(select(Client))}
        kept = (await tx.scalars(select(Return))).one()
    assert not clients[dead].active
    assert kept.client_id == clients[dead].id
    assert clients[leaving].unsubscribed_at
    assert clients[staying].active
    assert not clients[staying].unsubscribed_at
