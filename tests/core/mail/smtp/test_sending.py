"""Mails arrive whole, whatever the server offers."""

from collections.abc import AsyncIterator

import pytest

from core.mail.scale import HELD
from core.mail.signing import SigningTransport
from core.mail.smtp import SmtpTransport
from core.mail.transport import Envelope, Outcome, Transport
from tests.core.mail.scripted import OFFERS, Scripted, once
from tests.core.mail.sending import envelopes, send
from tests.core.mail.test_dkim import signer

WAYS = {
    "pipelining": OFFERS,
    "chunking": (*OFFERS, "CHUNKING"),
    "lockstep": tuple(each for each in OFFERS if each != "PIPELINING"),
    "nothing": (),
}
MANY = 24  # more than connections, and than what may be held at a time


@pytest.mark.parametrize("offers", WAYS.values(), ids=WAYS)
async def test_every_mail_arrives_once_byte_for_byte(offers: tuple[str, ...]) -> None:
    bodies = [b"plain\r\n", b".\r\n..\r\n.dot\r\n", b"", b"no end", b"x" * 900_000 + b"\r\n.\r\n"]
    mails = [
        Envelope(n, f"b{n}@a.ru", f"r{n}@example.org", b"Subject: %d\r\n\r\n" % n + body)
        for n, body in enumerate(bodies * 4)
    ]
    async with Scripted(offers=offers).running() as script:
        sent = await send(script.server(connections=3), mails)
    assert sent.problem is None
    assert set(sent.results) == {"sent"}
    got = {mail.recipient: mail for mail in script.accepted}
    assert len(script.accepted) == len(mails)
    for mail in mails:
        arrived = got[mail.recipient]
        assert arrived.sender == mail.sender
        assert arrived.content == mail.content.removesuffix(b"\r\n") + b"\r\n"


@pytest.mark.parametrize("offers", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", ".", "BDAT"])
@pytest.mark.parametrize(("code", "result"), [("450 4.2.0", "deferred"), ("550 5.1.1", "failed")])
async def test_a_refused_mail_is_the_only_one_that_suffers(
    offers: tuple[str, ...], verb: str, code: str, result: str
) -> None:
    if (verb == "BDAT") != ("CHUNKING" in offers) and verb in ("BDAT", "DATA", "."):
        pytest.skip("not said in this way of sending")
    async with Scripted(once(verb, f"{code} no such luck", 2), offers).running() as script:
        sent = await send(script.server(), envelopes(5))
    assert sent.problem is None
    assert sent.results == ["sent", result, "sent", "sent", "sent"]
    refused = sent.outcomes[1]
    assert (refused.code, refused.enhanced) == (int(code[:3]), code[4:])
    assert "no such luck" in refused.text
    assert [mail.recipient for mail in script.accepted] == [
        f"r{n}@example.org" for n in (0, 2, 3, 4)
    ]


@pytest.mark.parametrize("offers", WAYS.values(), ids=WAYS)
async def test_the_reply_is_kept_with_its_enhanced_code(offers: tuple[str, ...]) -> None:
    verb = "BDAT" if "CHUNKING" in offers else "."
    async with Scripted(once(verb, "250-2.6.0 ok\r\n250 queued as 17"), offers).running() as script:
        sent = await send(script.server(), envelopes(2))
    first, second = sent.outcomes[0], sent.outcomes[1]
    assert (first.code, first.enhanced, first.text) == (250, "2.6.0", "ok queued as 17")
    assert (second.code, second.enhanced, second.text) == (250, "2.0.0", "queued")


@pytest.mark.parametrize("offers", WAYS.values(), ids=WAYS)
async def test_a_connection_is_renewed_after_its_share(offers: tuple[str, ...]) -> None:
    async with Scripted(offers=offers).running() as script:
        sent = await send(script.server(messages_per_connection=3), envelopes(10))
    assert set(sent.results) == {"sent"}
    assert script.connections == 4
    assert script.counted["QUIT"] == 4


async def test_a_refused_recipient_costs_no_round_trip_more_than_its_reset() -> None:
    async with Scripted(once("RCPT", "550 5.1.1 no", 2)).running() as script:
        await send(script.server(), envelopes(4))
    assert script.counted["RSET"] == 1
    assert script.connections == 1


async def test_addresses_are_checked_before_anything_is_written() -> None:
    mails = [
        Envelope(0, "a@b.ru", "x@y.ru>\r\nRCPT TO:<evil@z.ru", b"x"),
        Envelope(1, "a@b.ru\r\n", "x@y.ru", b"x"),
        Envelope(2, "", "bounce@пример.рф", b"x"),
        Envelope(3, "a@b.ru", "", b"x"),
        Envelope(4, "a@b.ru", "почта@пример.рф", b"x"),
    ]
    async with Scripted().running() as script:
        sent = await send(script.server(), mails)
        assert sent.results == ["failed", "failed", "sent", "failed", "sent"]
    assert "RCPT TO:<bounce@xn--e1afmkfd.xn--p1ai>" in script.lines
    assert any(line.endswith("SMTPUTF8") for line in script.lines)
    assert not any("evil" in line for line in script.lines)


async def test_what_the_server_cannot_take_fails_for_good_without_asking() -> None:
    mails = [
        Envelope(0, "a@b.ru", "почта@b.ru", b"x"),
        Envelope(1, "a@b.ru", "c@b.ru", "ё".encode()),
        Envelope(2, "a@b.ru", "c@b.ru", b"x" * 200),
    ]
    async with Scripted(offers=("PIPELINING", "SIZE 100")).running() as script:
        sent = await send(script.server(), mails)
    assert [sent.outcomes[n].enhanced for n in range(3)] == ["5.6.7", "5.6.3", "5.3.4"]
    assert set(sent.results) == {"failed"}
    assert script.counted["MAIL"] == 0


async def test_a_bare_line_feed_never_reaches_the_wire() -> None:
    smuggled = b"Subject: x\r\n\r\na\n.\nMAIL FROM:<evil@z.ru>\r.\r\nb\r\n"
    for offers in (OFFERS, (*OFFERS, "CHUNKING")):
        async with Scripted(offers=offers).running() as script:
            await send(script.server(), envelopes(1, smuggled))
        [mail] = script.accepted
        assert mail.content == b"Subject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@z.ru>\r\n.\r\nb\r\n"


async def test_ehlo_refused_means_helo_and_plain_commands() -> None:
    async with Scripted(once("EHLO", "502 5.5.1 no"), ()).running() as script:
        sent = await send(script.server(), envelopes(2))
    assert sent.results == ["sent", "sent"]
    assert script.counted["HELO"] == 1


@pytest.mark.parametrize("signed", [False, True])
async def test_few_large_mails_are_pulled_at_a_time(signed: bool) -> None:
    content, flying, most = b"Subject: x\r\n\r\n" + b"x" * 4_000_000, 0, 0

    async def pulled() -> AsyncIterator[Envelope]:
        nonlocal flying, most
        for n in range(MANY):
            flying += 1
            most = max(most, flying)
            yield Envelope(n, "a@b.ru", f"r{n}@c.ru", content)

    def settle(outcome: Outcome) -> None:
        nonlocal flying
        flying -= 1
        assert outcome.result == "sent"

    async with Scripted().running() as script:
        transport: Transport = SmtpTransport(script.server(connections=20))
        if signed:
            transport = SigningTransport(transport, signer("ed25519")[0])
        await transport.send(pulled(), settle, lambda _: True)
    assert len(script.accepted) == MANY
    assert most <= HELD // len(content) + 2


async def test_large_mails_that_come_back_at_once_hold_nobody_up() -> None:
    content = b"Subject: x\r\n\r\n" + b"x" * 4_000_000
    mails = [Envelope(n, "a@b.ru", f"r{n}@c.ru", content) for n in range(40)]
    async with Scripted().running() as script:
        sent = await send(script.server(), mails, lambda envelope: envelope.id < 3)
    assert sent.results == ["sent"] * 3 + ["returned"] * 37
