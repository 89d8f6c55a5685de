"""Whom a report holds off, and whom it does not."""

from datetime import datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from core.clients import tokens
from core.clients.models import Client
from core.db import Transaction
from core.delivery.models import Delivery
from core.delivery.returns import Return, count_returns
from core.inbound import service
from core.inbound.mailboxes import Mailboxes
from core.keys import key_for
from core.mail.bounces import read
from core.settings import Settings
from core.suppressions.models import Suppression
from tests.core.delivery.makers import started
from tests.core.inbound.reports import DOMAIN, bounce, complaint, message_id, return_address

SETTINGS = Settings(
    _env_file=None,  # type: ignore[call-arg]  # added by its metaclass
    secret_key=SecretStr("a key for tests"),
    bounce_domain=DOMAIN,
)
OTHERS = SETTINGS.model_copy(update={"secret_key": SecretStr("another key")})
BOXES = Mailboxes(SETTINGS)
POST = "post@example.org"
UNKNOWN_USER = ("5.1.1", "User unknown")


@pytest.fixture
async def row(tx: Transaction, now: datetime) -> Delivery:
    run = await started(tx, now, 1)
    return (await tx.scalars(select(Delivery).where(Delivery.run_id == run.id))).one()


async def client_of(tx: Transaction, row: Delivery) -> Client:
    return await tx.get_one(Client, row.client_id, populate_existing=True)


async def take(tx: Transaction, address: str, mail: bytes, now: datetime) -> service.Taken:
    return await service.take(tx, BOXES, address, read(mail), now)


async def kept(tx: Transaction) -> list[Return]:
    rows = await tx.scalars(select(Return).execution_options(populate_existing=True))
    return list(rows)


async def test_a_dead_address_is_switched_off(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = bounce(row.email, *UNKNOWN_USER)
    assert await take(tx, return_address(SETTINGS, row), mail, now) == "bounce"
    assert not (await client_of(tx, row)).active
    held = (await tx.scalars(select(Suppression))).one()
    assert (held.email, held.reason) == (row.email, "bounce")
    assert held.owner_id == (await client_of(tx, row)).owner_id
    [found] = await kept(tx)
    assert (found.permanent, found.reason, found.status) == (True, "user_unknown", "5.1.1")


async def test_a_bounce_to_another_address_is_known_by_its_message_id(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = bounce(row.email, *UNKNOWN_USER, message_id(SETTINGS, row))
    assert await take(tx, POST, mail, now) == "bounce"
    assert not (await client_of(tx, row)).active


@pytest.mark.parametrize(
    "name",
    ["CN=Anna Petrova/O=Dest@DEST", "c=us;a= ;s=Petrova", "anna", "<hidden>", "a@[192.0.2.1]"],
)
async def test_a_dead_address_is_switched_off_by_a_report_that_names_it_otherwise(
    name: str, tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = bounce(name, *UNKNOWN_USER)
    assert await take(tx, return_address(SETTINGS, row), mail, now) == "bounce"
    assert not (await client_of(tx, row)).active
    assert await count_returns(tx, row.run_id) == {"bounce": 1}


@pytest.mark.parametrize(
    ("status", "words"), [("5.7.1", "Message rejected as spam"), ("4.2.2", "Mailbox full")]
)
async def test_a_report_without_a_name_switches_off_dead_addresses_only(
    status: str, words: str, tx: Transaction, row: Delivery, now: datetime
) -> None:
    await take(tx, return_address(SETTINGS, row), bounce("<hidden>", status, words), now)
    assert (await client_of(tx, row)).active
    assert [each.status for each in await kept(tx)] == [status]


@pytest.mark.parametrize(
    ("status", "words"), [("5.7.1", "Message rejected as spam"), ("4.2.2", "Mailbox full")]
)
async def test_what_says_nothing_of_the_address_is_only_written_down(
    status: str, words: str, tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = bounce(row.email, status, words)
    await take(tx, return_address(SETTINGS, row), mail, now)
    assert (await client_of(tx, row)).active


async def test_a_failure_replaces_a_delay_and_not_the_other_way_round(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    address = return_address(SETTINGS, row)
    service_answers = [("5.1.1", "User unknown"), ("5.7.1", "Message rejected as spam")]
    for status, words in service_answers:
        await take(tx, address, bounce(row.email, status, words), now)
    assert [each.status for each in await kept(tx)] == ["5.1.1"]


async def test_forged_reports_hold_nobody_off(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    for address in (return_address(OTHERS, row), POST, "", f"bounce+r1.c1@{DOMAIN}"):
        mail = bounce(row.email, *UNKNOWN_USER, message_id(OTHERS, row))
        assert await take(tx, address, mail, now) == "unknown"
        mail = complaint(row.email, message_id(OTHERS, row))
        assert await take(tx, address, mail, now) == "unknown"
    client = await client_of(tx, row)
    assert client.active
    assert client.unsubscribed_at is None
    assert await kept(tx) == []


async def test_who_complains_of_abuse_is_unsubscribed(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = complaint(row.email, message_id(SETTINGS, row))
    assert await take(tx, f"complaints@{DOMAIN}", mail, now) == "complaint"
    assert (await client_of(tx, row)).unsubscribed_at == now


async def test_who_complains_is_unsubscribed_though_the_provider_hides_them(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = complaint("hidden", message_id(SETTINGS, row))
    assert await take(tx, f"complaints@{DOMAIN}", mail, now) == "complaint"
    assert (await client_of(tx, row)).unsubscribed_at == now
    assert await count_returns(tx, row.run_id) == {"complaint": 1}


async def test_not_spam_unsubscribes_nobody(tx: Transaction, row: Delivery, now: datetime) -> None:
    mail = complaint(row.email, message_id(SETTINGS, row), "not-spam")
    assert await take(tx, f"complaints@{DOMAIN}", mail, now) == "complaint"
    assert (await client_of(tx, row)).unsubscribed_at is None


async def test_an_address_that_was_corrected_since_stays_on(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    await tx.execute(update(Client).where(Client.id == row.client_id).values(email="new@a.test"))
    await take(tx, return_address(SETTINGS, row), bounce(row.email, *UNKNOWN_USER), now)
    assert (await client_of(tx, row)).active


async def test_mail_to_the_unsubscribe_address_unsubscribes(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    token = tokens.sign(row.client_id, key_for(SETTINGS, tokens.KEY))
    mail = b"From: anybody@example.net\r\nSubject: unsubscribe\r\n\r\n"
    assert await take(tx, f"unsubscribe+{token}@{DOMAIN}", mail, now) == "unsubscribed"
    assert (await client_of(tx, row)).unsubscribed_at == now


async def test_automatic_replies_are_left_alone(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = f"From: {row.email}\nAuto-Submitted: auto-replied\nSubject: Away\n\nSoon".encode()
    assert await take(tx, return_address(SETTINGS, row), mail, now) == "ignored"
    assert await kept(tx) == []


def test_only_signed_and_fixed_addresses_exist() -> None:
    row = Delivery(run_id=7, client_id=12)
    good = return_address(SETTINGS, row)
    assert BOXES.exists(good)
    assert BOXES.exists(good.upper())
    assert BOXES.exists(f"complaints@{DOMAIN}")
    assert not BOXES.exists(return_address(OTHERS, row))
    assert not BOXES.exists(good.replace(DOMAIN, "example.org"))
    for local in (
        "postmaster",
        "bounce",
        "bounce+",
        "unsubscribe+x",
        "",
        "bounce+r1.c2.0a1b2c3d4e5f",
    ):
        assert not BOXES.exists(f"{local}@{DOMAIN}")
