"""Bounces that come to a mailbox are found there, once each."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select, text

from core.clients.models import Client
from core.db import Sessions, clock
from core.delivery.models import Delivery
from core.inbound.imap import Mailbox, Refused
from core.inbound.polling import poll
from core.settings import Settings
from tests.core.delivery.makers import started
from tests.core.inbound.imap_server import ImapServer
from tests.core.inbound.reports import bounce, message_id


def settings(**fields: Any) -> Settings:
    usual = {"secret_key": "a key for tests", "host_user": "post@example.org"}
    return Settings(_env_file=None, pass_user="secret", **(usual | fields))  # type: ignore[call-arg,arg-type]


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with ImapServer().running() as server:
        yield server


def mailbox(imap: ImapServer) -> tuple[Settings, Mailbox]:
    known = settings(bounce_imap=SecretStr(f"imap://127.0.0.1:{imap.port}"))
    found = Mailbox.of(known)
    assert found
    return known, found


async def rows_of(sessions: Sessions, clients: int) -> list[Delivery]:
    async with sessions.begin() as tx:
        await started(tx, await clock(tx), clients)
        return list(await tx.scalars(select(Delivery).order_by(Delivery.client_id)))


async def active(sessions: Sessions) -> list[bool]:
    async with sessions() as tx:
        return list(await tx.scalars(select(Client.active).order_by(Client.id)))


def dead(known: Settings, row: Delivery) -> bytes:
    return bounce(row.email, "5.1.1", "User unknown", message_id(known, row))


async def test_only_what_comes_after_the_first_look_counts(
    sessions: Sessions, imap: ImapServer
) -> None:
    known, box = mailbox(imap)
    rows = await rows_of(sessions, 3)
    imap.mails = {4: dead(known, rows[0])}
    assert await poll(sessions, known, box) == 0
    imap.mails |= {5: dead(known, rows[1]), 9: b"Subject: something private\r\n\r\n"}
    assert await poll(sessions, known, box) == 2
    assert await poll(sessions, known, box) == 0
    assert await active(sessions) == [True, False, True]


async def test_many_mails_are_taken_bit_by_bit(sessions: Sessions, imap: ImapServer) -> None:
    known, box = mailbox(imap)
    await poll(sessions, known, box)
    imap.mails = dict.fromkeys(range(1, 31), b"Subject: x\r\n\r\n")
    assert [await poll(sessions, known, box) for _ in range(3)] == [20, 10, 0]


async def test_a_mail_that_cannot_be_taken_keeps_no_other_back(
    sessions: Sessions, imap: ImapServer
) -> None:
    known, box = mailbox(imap)
    rows = await rows_of(sessions, 3)
    await poll(sessions, known, box)
    imap.mails = {
        uid: bounce(row.email, "5.1.1", words, message_id(known, row))
        for uid, row, words in zip((1, 2, 3), rows, ("Gone", "unheard of", "Gone"), strict=True)
    }
    rule = "ALTER TABLE returns {} CONSTRAINT heard {}"
    async with sessions.begin() as tx:
        await tx.execute(text(rule.format("ADD", "CHECK (text NOT LIKE '%unheard of%')")))
    assert [await poll(sessions, known, box) for _ in range(2)] == [3, 0]
    async with sessions.begin() as tx:
        await tx.execute(text(rule.format("DROP", "")))
    assert await active(sessions) == [False, True, False]


async def test_a_mailbox_made_anew_is_read_from_then_on(
    sessions: Sessions, imap: ImapServer
) -> None:
    known, box = mailbox(imap)
    [row] = await rows_of(sessions, 1)
    await poll(sessions, known, box)
    imap.validity, imap.mails = 8, {1: b"Subject: old\r\n\r\n"}
    assert await poll(sessions, known, box) == 0
    imap.mails[2] = dead(known, row)
    assert await poll(sessions, known, box) == 1
    assert await active(sessions) == [False]


async def test_two_who_look_at_the_same_time_take_each_mail_once(
    sessions: Sessions, imap: ImapServer
) -> None:
    known, box = mailbox(imap)
    await poll(sessions, known, box)
    imap.mails = dict.fromkeys(range(1, 6), b"Subject: x\r\n\r\n")
    looks = [poll(sessions, known, box) for _ in range(2)]
    assert sorted(await asyncio.gather(*looks)) == [0, 5]


async def test_a_wrong_password_is_refused(sessions: Sessions, imap: ImapServer) -> None:
    known, box = mailbox(imap)
    imap.password = "another"
    with pytest.raises(Refused, match="wrong"):
        await poll(sessions, known, box)
    with pytest.raises(Refused, match="ascii"):
        await poll(sessions, known, replace(box, password="пароль"))


def test_an_address_names_user_password_and_folder() -> None:
    known = settings(bounce_imap="imaps://b%40example.org:p%2Fw@imap.example.org/Junk%20mail")
    assert Mailbox.of(known) == Mailbox(
        "imap.example.org", 993, "b@example.org", "p/w", "Junk mail", tls=True
    )
    assert Mailbox.of(settings(bounce_imap="imaps://imap.example.org")) == Mailbox(
        "imap.example.org", 993, "post@example.org", "secret", "INBOX", tls=True
    )
    assert Mailbox.of(settings()) is None
    with pytest.raises(ValidationError, match="begins with imaps://"):
        settings(bounce_imap="imap.example.org")
