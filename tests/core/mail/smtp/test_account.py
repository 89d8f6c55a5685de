"""Problems of the account as a whole: said once, with everything given back."""

import asyncio
import ssl
from base64 import b64encode
from pathlib import Path

import pytest

from core.mail.smtp import probe
from core.mail.transport import AccountProblem
from tests.core.mail.certificates import for_localhost
from tests.core.mail.scripted import OFFERS, SHORT, SILENCE, Scripted, always, once
from tests.core.mail.sending import envelopes, send
from tests.core.mail.smtp.test_sending import WAYS

AUTH = (*OFFERS, "AUTH PLAIN LOGIN")
PASSWORD = {"username": "anna", "password": "secret", "plain_auth": True}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its key is in the same file."""
    return for_localhost(tmp_path_factory.mktemp("tls"))


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_a_wrong_password_is_tried_once() -> None:
    async with Scripted(always("AUTH", "535 5.7.8 wrong"), AUTH).running() as script:
        sent = await send(script.server(connections=20, **PASSWORD), envelopes(50))
    assert sent.problem is not None
    assert (sent.problem.kind, sent.problem.code) == ("auth", 535)
    assert set(sent.results) == {"returned"}
    assert script.counted["AUTH"] == 1
    assert "secret" not in repr(script.server(**PASSWORD))


@pytest.mark.parametrize("offers", WAYS.values(), ids=WAYS)
async def test_a_server_that_refuses_the_sender_refuses_no_recipient(
    offers: tuple[str, ...],
) -> None:
    async with Scripted(always("MAIL", "553 5.7.1 not yours"), offers).running() as script:
        sent = await send(script.server(connections=4), envelopes(50))
    assert sent.problem is not None
    assert (sent.problem.kind, sent.problem.code) == ("refused", 553)
    assert set(sent.results) == {"returned"}


@pytest.mark.parametrize("offers", WAYS.values(), ids=WAYS)
async def test_a_sender_who_has_sent_enough_for_today_costs_few_recipients(
    offers: tuple[str, ...],
) -> None:
    def enough(verb: str, nth: int) -> str | None:
        return "550 5.4.5 enough for today" if verb == "MAIL" and nth > 10 else None

    async with Scripted(enough, offers).running() as script:
        sent = await send(script.server(), envelopes(50))
    assert sent.problem is not None
    assert (sent.problem.kind, sent.problem.code) == ("refused", 550)
    assert sent.results[:11] == ["sent"] * 10 + ["failed"]
    assert set(sent.results[11:]) == {"returned"}


async def test_a_server_busy_at_sign_in_is_not_a_wrong_password() -> None:
    async with Scripted(always("AUTH", "454 4.7.0 later"), AUTH).running() as script:
        sent = await send(script.server(**PASSWORD), envelopes(1))
    assert sent.problem is not None
    assert sent.problem.kind == "refused"


async def test_sign_in_by_plain_or_login() -> None:
    async with Scripted(offers=AUTH).running() as script:
        assert (await send(script.server(**PASSWORD), envelopes(1))).results == ["sent"]
    assert "AUTH PLAIN " + b64encode(b"\0anna\0secret").decode() in script.lines
    async with Scripted(offers=(*OFFERS, "AUTH LOGIN")).running() as script:
        assert (await send(script.server(**PASSWORD), envelopes(1))).results == ["sent"]
    assert b64encode(b"secret").decode() in script.lines


async def test_a_password_is_not_sent_over_plain_text() -> None:
    async with Scripted(offers=AUTH).running() as script:
        sent = await send(script.server(username="anna", password="secret"), envelopes(1))
    assert sent.problem is not None
    assert sent.problem.kind == "auth"
    assert not any("AUTH" in line for line in script.lines)


async def test_sign_in_demanded_at_mail_is_a_problem_of_the_account() -> None:
    for offers in (OFFERS, (*OFFERS, "CHUNKING")):
        async with Scripted(always("MAIL", "530 5.7.0 sign in first"), offers).running() as script:
            sent = await send(script.server(connections=4), envelopes(6))
        assert sent.problem is not None
        assert (sent.problem.kind, sent.problem.code) == ("auth", 530)
        assert "failed" not in sent.results


async def test_nobody_listening_is_a_problem_to_connect() -> None:
    async with Scripted().running() as script:
        pass
    sent = await send(script.server(), envelopes(3))
    assert sent.problem is not None
    assert sent.problem.kind == "connect"
    assert set(sent.results) == {"returned"}


@pytest.mark.parametrize("greeting", ["554 5.7.1 not you", "421 4.3.2 busy", SILENCE, "hello"])
async def test_an_unfriendly_greeting_returns_everything(greeting: str) -> None:
    async with Scripted(always("CONNECT", greeting)).running() as script:
        sent = await send(script.server(timeouts=SHORT), envelopes(3))
    assert sent.problem is not None
    assert set(sent.results) == {"returned"}


async def test_fewer_connections_than_wanted_still_send_everything() -> None:
    def answer(verb: str, nth: int) -> str | None:
        return "421 4.7.0 too many connections" if verb == "CONNECT" and nth > 2 else None

    async with Scripted(answer).running() as script:
        sent = await send(script.server(connections=8), envelopes(60))
    assert sent.problem is None
    assert set(sent.results) == {"sent"}


async def test_a_connection_that_is_not_greeted_is_given_up_once_nothing_is_left_for_it() -> None:
    async with Scripted(once("CONNECT", SILENCE, 2)).running() as script:
        async with asyncio.timeout(5):
            sent = await send(script.server(connections=2), envelopes(60))
        assert script.connections == 2
    assert (sent.problem, set(sent.results)) == (None, {"sent"})


async def test_starttls_and_tls_verify_the_certificate(certificate: Path) -> None:
    for security in ("starttls", "tls"):
        script = Scripted(offers=(*AUTH, "STARTTLS"), tls=server_side(certificate))
        account = {"security": security, "username": "anna", "password": "secret"}
        async with script.running(implicit_tls=security == "tls"):
            stranger = await send(script.server(**account), envelopes(1))
            known = await send(script.server(ca_file=str(certificate), **account), envelopes(20))
        assert stranger.problem is not None
        assert stranger.problem.kind == "tls"
        assert stranger.results == ["returned"]
        assert known.problem is None
        assert set(known.results) == {"sent"}


async def test_without_starttls_nothing_is_said_in_the_clear() -> None:
    for script in (
        Scripted(offers=AUTH),
        Scripted(once("STARTTLS", "454 4.7.0 no"), ("STARTTLS",)),
    ):
        async with script.running():
            account = {"security": "starttls", "username": "anna", "password": "secret"}
            sent = await send(script.server(**account), envelopes(1))
        assert sent.problem is not None
        assert sent.problem.kind == "tls"
        assert script.counted["AUTH"] == script.counted["MAIL"] == 0


async def test_bytes_sent_ahead_of_tls_are_refused(certificate: Path) -> None:
    ahead = once("STARTTLS", "220 go\r\n250 injected")
    script = Scripted(ahead, ("STARTTLS",), tls=server_side(certificate))
    async with script.running():
        server = script.server(security="starttls", ca_file=str(certificate), timeouts=SHORT)
        sent = await send(server, envelopes(1))
    assert sent.problem is not None
    assert sent.results == ["returned"]


async def test_a_probe_tells_what_is_offered_or_what_is_wrong() -> None:
    async with Scripted(offers=(*AUTH, "CHUNKING")).running() as script:
        found = await probe(script.server(**PASSWORD))
        assert found.offered.chunking
        assert found.offered.size == 30_000_000
        assert found.round_trip < 1
        assert script.counted["MAIL"] == 0
    with pytest.raises(AccountProblem, match="connect"):
        await probe(script.server())
