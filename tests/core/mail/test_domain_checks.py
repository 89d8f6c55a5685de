"""What DNS says of a sender's domain, and what is made of its silence."""

import asyncio

import pytest

from core.mail import domain_checks
from core.mail.domain_checks import look

RECORDS = {
    "shop.example": ["google-site-verification=1", "v=spf1 include:_spf.example -all"],
    "_dmarc.shop.example": ["v=DMARC1; p=none"],
    "mail._domainkey.shop.example": ["v=DKIM1; k=rsa; p=MIIB"],
}


@pytest.fixture(autouse=True)
def forgotten() -> None:
    domain_checks._known.clear()


async def ask(name: str) -> list[str]:
    return RECORDS.get(name, [])


async def test_a_domain_that_is_set_up() -> None:
    assert (await look("shop.example", ask)).complete


async def test_the_policy_of_the_domain_above_counts() -> None:
    found = await look("news.shop.example", ask)
    assert (found.spf, found.dkim, found.dmarc) == (False, False, True)


async def test_providers_sign_for_their_users() -> None:
    assert (await look("gmail.com", ask)).dkim


async def test_silence_is_unknown_and_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain_checks, "TIMEOUT", 0.05)

    async def silence(_name: str) -> list[str]:
        await asyncio.sleep(60)
        return []

    async with asyncio.timeout(1):
        assert (await look("shop.example", silence)).unknown


async def test_an_answer_is_kept_and_silence_is_not() -> None:
    async def broken(_name: str) -> list[str]:
        raise OSError("no network")

    assert (await look("shop.example", broken)).unknown
    assert (await look("shop.example", ask)).complete
    assert (await look("shop.example", broken)).complete
