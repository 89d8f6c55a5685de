"""The dot is the line: before it a mail comes back, after it without an answer it is in doubt."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.mail.smtp import SmtpTransport
from core.mail.transport import Envelope, Outcome
from tests.core.mail.scripted import DROP, OFFERS, SHORT, SILENCE, SKIP, Scripted, always, once
from tests.core.mail.sending import envelopes, send

CHUNKS = (*OFFERS, "CHUNKING")
STEPS = tuple(each for each in OFFERS if each != "PIPELINING")
LONE = "250-2.0.0 and then\r\n"


@pytest.mark.parametrize("offers", [OFFERS, STEPS], ids=["pipelining", "lockstep"])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "reply", [DROP, "421 4.3.2 going down\r\n" + DROP, "nonsense", "2", SILENCE]
)
async def test_before_the_dot_nothing_is_lost(
    offers: tuple[str, ...], verb: str, reply: str
) -> None:
    async with Scripted(always(verb, reply), offers).running() as script:
        sent = await send(script.server(timeouts=SHORT), envelopes(2))
    assert sent.problem is not None
    assert set(sent.results) == {"returned"}
    assert script.accepted == []


@pytest.mark.parametrize(
    "offers", [OFFERS, STEPS, CHUNKS], ids=["pipelining", "lockstep", "chunking"]
)
@pytest.mark.parametrize("reply", [DROP, "25" + DROP, "nonsense", "354 more", LONE + DROP, SILENCE])
async def test_after_the_dot_without_an_answer_a_mail_is_in_doubt(
    offers: tuple[str, ...], reply: str
) -> None:
    verb = "BDAT" if "CHUNKING" in offers else "."
    async with Scripted(once(verb, reply, 3), offers).running() as script:
        sent = await send(script.server(timeouts=SHORT), envelopes(6))
    assert sent.problem is None
    assert sent.results == ["sent", "sent", "uncertain", "sent", "sent", "sent"]
    assert script.connections == 2


async def test_a_forgotten_reply_is_not_taken_for_the_next_ones() -> None:
    async with Scripted(once(".", SKIP, 2)).running() as script:
        sent = await send(script.server(timeouts=SHORT), envelopes(4))
    assert sent.results == ["sent", "uncertain", "sent", "sent"]


async def test_a_421_to_the_dot_defers_that_mail_and_renews_the_connection() -> None:
    for offers, verb in ((OFFERS, "."), (CHUNKS, "BDAT")):
        async with Scripted(
            once(verb, "421 4.7.0 enough\r\n" + DROP, 2), offers
        ).running() as script:
            sent = await send(script.server(), envelopes(4))
        assert sent.results == ["sent", "deferred", "sent", "sent"]
        assert sent.outcomes[1].code == 421


async def test_a_server_that_hangs_up_between_mails_gets_the_rest_on_a_new_connection() -> None:
    limit = once("MAIL", "421 4.7.0 too many mails in this session\r\n" + DROP, 3)
    async with Scripted(limit).running() as script:
        sent = await send(script.server(), envelopes(6))
    assert sent.problem is None
    assert set(sent.results) == {"sent"}
    assert script.connections == 2
    assert len(script.accepted) == 6


async def test_a_recipient_refused_with_data_accepted_gets_a_lone_dot() -> None:
    def answer(verb: str, nth: int) -> str | None:
        return {("RCPT", 2): "550 5.1.1 no", ("DATA", 2): "354 go"}.get((verb, nth))

    async with Scripted(answer).running() as script:
        sent = await send(script.server(), envelopes(4))
    assert sent.results == ["sent", "failed", "sent", "sent"]
    assert script.connections == 1
    assert all(mail.content.startswith(b"Subject") for mail in script.accepted)


async def test_a_sender_refused_with_recipient_and_data_accepted_drops_the_connection() -> None:
    def answer(verb: str, nth: int) -> str | None:
        odd = {("MAIL", 2): "451 4.3.0 no", ("RCPT", 2): "250 ok", ("DATA", 2): "354 go"}
        return odd.get((verb, nth))

    async with Scripted(answer).running() as script:
        sent = await send(script.server(), envelopes(3))
    assert script.connections == 2
    assert set(sent.results) == {"sent"}
    assert all(mail.content.startswith(b"Subject") for mail in script.accepted)


@pytest.mark.parametrize("code", ["503 5.5.1 bad sequence", "554 5.5.1 no valid recipients"])
async def test_data_refused_after_a_good_recipient_fails_that_mail(code: str) -> None:
    async with Scripted(once("DATA", code, 1)).running() as script:
        sent = await send(script.server(), envelopes(2))
    assert sent.results == ["failed", "sent"]
    assert sent.outcomes[0].code == int(code[:3])


async def test_552_for_a_recipient_means_later() -> None:
    for offers in (OFFERS, CHUNKS, STEPS):
        async with Scripted(once("RCPT", "552 too many recipients"), offers).running() as script:
            sent = await send(script.server(), envelopes(2))
        assert sent.results == ["deferred", "sent"]


async def test_a_server_that_speaks_unasked_is_left() -> None:
    early = once(".", "250 2.0.0 ok\r\n250 2.0.0 ok again", 1)
    async with Scripted(early, STEPS).running() as script:
        sent = await send(script.server(timeouts=SHORT), envelopes(3))
    assert sent.results[0] == "sent"
    assert script.connections > 1
    assert len(script.accepted) == sent.results.count("sent")


async def test_an_answer_before_the_question_at_the_greeting_is_refused() -> None:
    greeting = always("CONNECT", "220 hi\r\n250 already")
    async with Scripted(greeting).running() as script:
        sent = await send(script.server(), envelopes(1))
    assert sent.problem is not None
    assert sent.problem.kind == "refused"
    assert sent.results == ["returned"]


async def test_half_closed_sockets_end_the_connection() -> None:
    async with Scripted(once(".", "250 2.0.0 ok\r\n" + DROP, 1)).running() as script:
        sent = await send(script.server(), envelopes(3))
    assert set(sent.results) == {"sent"}
    assert script.connections == 2


async def test_frozen_mails_come_back_and_none_is_written() -> None:
    written: list[int] = []

    def may_write(mail: Envelope) -> bool:
        if len(written) < 3:
            written.append(mail.id)
            return True
        return False

    for offers in (OFFERS, CHUNKS, STEPS):
        written.clear()
        async with Scripted(offers=offers).running() as script:
            sent = await send(script.server(), envelopes(30), may_write)
        assert sent.problem is None
        assert sent.results == ["sent"] * 3 + ["returned"] * 27
        assert len(script.accepted) == 3
        assert script.connections <= 2


@pytest.mark.parametrize("offers", [OFFERS, CHUNKS], ids=["pipelining", "chunking"])
async def test_a_large_mail_cut_off_before_its_end_comes_back(offers: tuple[str, ...]) -> None:
    """The server stops reading: the content never leaves whole, so its end is not written."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        await reader.readline()
        writer.write(
            "".join(f"250-{each}\r\n" for each in ("test", *offers)).encode() + b"250 ok\r\n"
        )
        await reader.readline()
        await reader.readline()
        writer.write(b"250 ok\r\n250 ok\r\n" + (b"" if "CHUNKING" in offers else b"354 go\r\n"))
        await asyncio.sleep(0.3)
        writer.transport.abort()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1000)
    port = listener.sockets[0].getsockname()[1]
    script = Scripted(port=port)
    sent = await send(script.server(), envelopes(1, b"x" * 20_000_000))
    listener.close()
    assert sent.results == ["returned"]
    assert sent.problem is not None


async def test_cancelling_tells_what_was_on_the_wire() -> None:
    outcomes: list[Outcome] = []
    async with Scripted(once(".", SILENCE, 3)).running() as script:
        transport = SmtpTransport(script.server())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await transport.send(envelopes(9), outcomes.append, lambda _: True)
    results = [str(each.result) for each in sorted(outcomes, key=lambda each: each.id)]
    pulled = len(results)
    assert results == ["sent", "sent", "uncertain"] + ["returned"] * (pulled - 3)


async def test_a_slow_source_keeps_its_connection() -> None:
    async def slowly() -> AsyncIterator[Envelope]:
        for mail in envelopes(3):
            await asyncio.sleep(0.05)
            yield mail

    outcomes: list[Outcome] = []
    async with Scripted().running() as script:
        await SmtpTransport(script.server()).send(slowly(), outcomes.append, lambda _: True)
    assert [str(each.result) for each in outcomes] == ["sent"] * 3
    assert script.connections == 1


async def test_an_error_of_the_ledger_is_raised_after_everything_is_settled() -> None:
    outcomes: list[Outcome] = []

    def settle(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if len(outcomes) == 2:
            raise RuntimeError("no space left")

    async with Scripted().running() as script:
        with pytest.raises(RuntimeError, match="no space"):
            await SmtpTransport(script.server()).send(envelopes(20), settle, lambda _: True)
    assert len({each.id for each in outcomes}) == len(outcomes)
    sent = sum(each.result == "sent" for each in outcomes)
    assert sent == len(script.accepted)
