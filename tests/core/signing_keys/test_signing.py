"""Keys made here: sealed, published, used; and what the DNS of a domain is worth."""

from datetime import datetime

import dkim
import pytest
from pydantic import SecretStr

from core.db import Transaction
from core.errors import Conflict, Invalid
from core.mail.dns import Dns, DnsAway
from core.settings import Settings
from core.signing_keys import advice, service

SETTINGS = Settings(secret_key=SecretStr("s" * 32))
MAIL = b"From: a@example.org\r\nTo: b@example.com\r\nSubject: Hi\r\n\r\nHello\r\n"


class Zone(Dns):
    """A DNS of our own; what is not in it does not exist, and None does not answer."""

    def __init__(self, **records: list[str] | None) -> None:
        self._records = {name.replace("__", "."): found for name, found in records.items()}
        self.put: dict[str, list[str] | None] = {}

    async def txt(self, name: str) -> list[str]:
        return self._found(name)

    async def addresses(self, host: str) -> list[str]:
        return self._found(f"A {host}")

    async def names(self, address: str) -> list[str]:
        return self._found(f"PTR {address}")

    def _found(self, name: str) -> list[str]:
        found = (self._records | self.put).get(name, [])
        if found is None:
            raise DnsAway("no answer")
        return found


async def test_a_key_signs_once_it_is_in_use_and_can_be_checked(
    tx: Transaction, now: datetime
) -> None:
    key = await service.make(tx, SETTINGS, "Example.ORG.", now)
    assert await service.signer_for(tx, SETTINGS, "a@example.org") is None
    key.signs_since = now
    signer = await service.signer_for(tx, SETTINGS, "a@Example.org")
    assert signer
    name, value = service.record(key)
    assert name == "mc20261202._domainkey.example.org"
    known = {f"{name}.".encode(): value.encode()}
    signed = signer.sign(MAIL)
    assert dkim.verify(signed, dnsfunc=lambda asked, timeout=5: known.get(asked))
    assert await service.signer_for(tx, SETTINGS, "a@sub.example.org") is None


async def test_the_private_half_cannot_be_read_and_outlives_a_change_of_key(
    tx: Transaction, now: datetime
) -> None:
    key = await service.make(tx, SETTINGS, "example.org", now)
    key.signs_since = now
    sealed = key.private_key
    assert "PRIVATE" not in sealed
    newer = SETTINGS.model_copy(
        update={"secret_key": SecretStr("n" * 32), "secret_key_before": SETTINGS.secret_key}
    )
    assert await service.signer_for(tx, newer, "a@example.org")
    assert key.private_key != sealed
    only_new = newer.model_copy(update={"secret_key_before": None})
    assert await service.signer_for(tx, only_new, "a@example.org")


async def test_a_domain_has_one_key_and_is_a_domain(tx: Transaction, now: datetime) -> None:
    await service.make(tx, SETTINGS, "пример.рф", now)
    with pytest.raises(Conflict):
        await service.make(tx, SETTINGS, "xn--e1afmkfd.xn--p1ai", now)
    for typed in ("", "localhost", "a b.org", "a@b@c.org"):
        with pytest.raises(Invalid):
            await service.make(tx, SETTINGS, typed, now)


@pytest.mark.parametrize(
    ("records", "state", "words"),
    [
        ([], "missing", advice.SPF_MISSING),
        (["other"], "missing", advice.SPF_MISSING),
        (["v=spf1 mx ~all"], "good", advice.SPF_GOOD),
        (["V=SPF1 redirect=_spf.example.com"], "good", advice.SPF_GOOD),
        (["v=spf1 mx +all"], "weak", advice.SPF_OPEN),
        (["v=spf1 all"], "weak", advice.SPF_OPEN),
        (["v=spf1 mx"], "weak", advice.SPF_LOOSE),
        (["v=spf1 -all", "v=spf1 mx -all"], "weak", advice.SPF_MANY),
        (None, "unknown", advice.UNKNOWN),
    ],
)
async def test_spf(records: list[str] | None, state: str, words: str) -> None:
    zone = Zone(example__org=records)
    spf, *_ = await advice.examine(zone, "example.org", "mail.example.org", None)
    assert (spf.kind, spf.state, spf.advice) == ("SPF", state, words)
    assert (spf.publish is not None) is (state == "missing")


async def test_dkim_is_good_when_the_very_key_is_published(tx: Transaction, now: datetime) -> None:
    key, zone = await service.make(tx, SETTINGS, "example.org", now), Zone()
    name, value = service.record(key)
    states = {}
    for said, records in {
        "nothing": [],
        "another": ["v=DKIM1; p=AAAA"],
        "in pieces": [value[:50] + " " + value[50:]],
    }.items():
        zone.put[name] = records
        _, found, *_ = await advice.examine(zone, "example.org", "mail.example.org", key)
        states[said] = (found.state, await advice.is_published(zone, key))
    assert states == {
        "nothing": ("missing", False),
        "another": ("weak", False),
        "in pieces": ("good", True),
    }


@pytest.mark.parametrize(
    ("where", "record", "state"),
    [
        ("_dmarc.mail.example.org", "v=DMARC1; p=reject", "good"),
        ("_dmarc.example.org", "v=DMARC1; p=quarantine", "good"),
        ("_dmarc.example.org", "v=DMARC1; p=none", "weak"),
        ("_dmarc.org", "nothing of the kind", "missing"),
    ],
)
async def test_dmarc_is_looked_for_above_too(where: str, record: str, state: str) -> None:
    zone = Zone()
    zone.put[where] = [record]
    _, _, found, _ = await advice.examine(zone, "mail.example.org", "mail.example.org", None)
    assert found.state == state


async def test_a_servers_name_has_to_lead_back() -> None:
    zone = Zone()
    states = []
    for names in ([], ["other.example.org"], ["mail.example.org"]):
        zone.put |= {"A mail.example.org": ["192.0.2.1"], "PTR 192.0.2.1": names}
        *_, found = await advice.examine(zone, "example.org", "mail.example.org", None)
        states.append(found.state)
    *_, nowhere = await advice.examine(zone, "example.org", "none.example.org", None)
    assert [*states, nowhere.state] == ["missing", "weak", "good", "missing"]
