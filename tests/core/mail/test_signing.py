"""Signed on the way, in order, with nothing lost when the transport gives up."""

from collections.abc import AsyncIterator

import dkim
import pytest

from core.mail.signing import SigningTransport
from core.mail.smtp import SmtpTransport
from core.mail.transport import AccountProblem, Envelope, Outcome
from tests.core.mail.makers import render
from tests.core.mail.scripted import Scripted, always
from tests.core.mail.sending import stream
from tests.core.mail.test_dkim import signer


def mails(number: int) -> AsyncIterator[Envelope]:
    return stream(Envelope(n, "a@b.ru", f"r{n}@c.ru", render()) for n in range(number))


async def test_every_mail_arrives_with_a_good_signature() -> None:
    sign, lookup = signer("rsa")
    outcomes: list[Outcome] = []
    async with Scripted().running() as script:
        transport = SigningTransport(SmtpTransport(script.server(connections=2)), sign)
        await transport.send(mails(150), outcomes.append, lambda _: True)
    assert [str(each.result) for each in outcomes] == ["sent"] * 150
    assert len(script.accepted) == 150
    assert dkim.verify(script.accepted[0].content, dnsfunc=lookup)


async def test_what_was_signed_ahead_comes_back_when_the_account_fails() -> None:
    sign, _ = signer("ed25519")
    outcomes: list[Outcome] = []
    pulled: list[int] = []

    async def counted() -> AsyncIterator[Envelope]:
        async for mail in mails(500):
            pulled.append(mail.id)
            yield mail

    async with Scripted(always("MAIL", "421 no")).running() as script:
        transport = SigningTransport(SmtpTransport(script.server()), sign)
        with pytest.raises(AccountProblem):
            await transport.send(counted(), outcomes.append, lambda _: True)
    assert sorted(each.id for each in outcomes) == pulled
    assert {str(each.result) for each in outcomes} == {"returned"}
