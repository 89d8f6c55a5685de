"""The plain transport tells accepted, refused and doubtful mails apart."""

from collections.abc import AsyncIterator

import pytest

from core.mail.plain_transport import PlainTransport
from core.mail.transport import AccountProblem, Envelope, MayWrite, Outcome, Result, Server
from tests.core.mail.sink import Sink

CONTENT = b"Subject: x\r\n\r\n.Hello\r\n"


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    await sink.start()
    yield sink
    sink.stop()


def envelope(no: int, recipient: str = "") -> Envelope:
    return Envelope(no, "sender@example.org", recipient or f"r{no}@example.com", CONTENT)


async def send(
    server: Server, *envelopes: Envelope, may_write: MayWrite = lambda _envelope: True
) -> dict[int, Outcome]:
    outcomes: list[Outcome] = []

    async def pulled() -> AsyncIterator[Envelope]:
        for each in envelopes:
            yield each

    await PlainTransport(server).send(pulled(), outcomes.append, may_write)
    assert len(outcomes) == len({each.id for each in outcomes})
    return {each.id: each for each in outcomes}


async def test_every_mail_arrives_as_it_was(sink: Sink) -> None:
    outcomes = await send(sink.server, *(envelope(no) for no in range(30)))
    assert {each.result for each in outcomes.values()} == {Result.SENT}
    assert set(sink.times.values()) == {1}
    assert sink.accepted[0][1] == CONTENT
    assert outcomes[0] == Outcome(0, Result.SENT, 250, "2.0.0", "Ok: queued")


async def test_a_refusal_for_now_and_one_for_good_are_told_apart(sink: Sink) -> None:
    sink.refusals = {"r1@example.com": ["450 4.2.0 later"], "r2@example.com": ["550 5.1.1 nobody"]}
    outcomes = await send(sink.server, envelope(1), envelope(2), envelope(3))
    assert [outcomes[no].result for no in (1, 2, 3)] == ["deferred", "failed", "sent"]
    assert outcomes[2] == Outcome(2, Result.FAILED, 550, "5.1.1", "nobody")


async def test_nothing_is_written_once_it_may_not_be(sink: Sink) -> None:
    outcomes = await send(sink.server, envelope(1), may_write=lambda _envelope: False)
    assert outcomes[1].result is Result.RETURNED
    assert not sink.accepted


async def test_an_address_beyond_ascii_is_sent_where_the_server_knows_how(sink: Sink) -> None:
    outcomes = await send(sink.server, envelope(1, "анна@example.com"))
    assert outcomes[1].result is Result.SENT
    assert list(sink.times) == ["анна@example.com"]


async def test_a_wrong_password_is_a_problem_of_the_account() -> None:
    sink = Sink()
    await sink.start(password="right")
    sink.password = "wrong"
    with pytest.raises(AccountProblem) as caught:
        await send(sink.server, envelope(1), envelope(2))
    sink.password = "right"
    assert (await send(sink.server, envelope(1)))[1].result is Result.SENT
    sink.stop()
    assert (caught.value.kind, caught.value.code) == ("auth", 535)


async def test_a_server_that_is_away_returns_everything_pulled(sink: Sink) -> None:
    outcomes: list[Outcome] = []

    async def pulled() -> AsyncIterator[Envelope]:
        yield envelope(1)
        yield envelope(2)

    away = Server("127.0.0.1", 1, "none", connections=1)
    with pytest.raises(AccountProblem, match="connect"):
        await PlainTransport(away).send(pulled(), outcomes.append, lambda _envelope: True)
    assert [(each.id, each.result) for each in outcomes] == [(1, Result.RETURNED)]


async def test_one_mail_is_posted_by_itself(sink: Sink) -> None:
    assert (await PlainTransport(sink.server).post(envelope(1))).code == 250
