"""The inbox takes every mail, shows it safely, and fails where it is asked to."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.utils import make_msgid

import aiohttp
import aiosmtplib
import pytest

from demo.inbox.serve import RunningInbox, serve_inbox


@pytest.fixture
async def running() -> AsyncIterator[RunningInbox]:
    async with serve_inbox() as inbox:
        yield inbox


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def letter(to: str, subject: str = "Скидки до 40 %") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Лавка <shop@example.org>", to, subject
    mail["Message-ID"] = make_msgid()
    mail.set_content("Здравствуйте! https://example.org/confirm?t=1.\n")
    mail.add_alternative(
        '<p>Здравствуйте!<script>alert(1)</script> <img src="cid:logo"> '
        '<a href="https://example.org/confirm?t=1&amp;b=2">да</a></p>',
        subtype="html",
    )
    mail.get_payload()[1].add_related(b"png", "image", "png", cid="<logo>")  # type: ignore[union-attr, index]
    mail.add_attachment(b"a;b", maintype="text", subtype="csv", filename="цены.csv")
    return mail


async def send(
    running: RunningInbox,
    mail: EmailMessage,
    username: str | None = None,
    password: str | None = None,
) -> None:
    await aiosmtplib.send(
        mail,
        hostname=running.smtp_host,
        port=running.smtp_port,
        start_tls=False,
        username=username,
        password=password,
    )


async def test_a_mail_is_kept_with_all_its_parts(running: RunningInbox) -> None:
    await send(running, letter("anna@example.org"), username="any", password="thing")
    mail = await running.inbox.wait_for("Anna@example.org", subject="Скидки")
    assert mail.header("From") == "Лавка <shop@example.org>"
    assert mail.recipients == ["anna@example.org"]
    assert mail.text.startswith("Здравствуйте!")
    links = ["https://example.org/confirm?t=1", "https://example.org/confirm?t=1&b=2"]
    assert mail.links == links
    assert [(part.name, part.content) for part in mail.attachments] == [("цены.csv", b"a;b")]


async def test_waiting_can_leave_out_what_came_before(running: RunningInbox) -> None:
    await send(running, letter("anna@example.org", "first"))
    before = running.inbox.total
    with pytest.raises(AssertionError, match="No mail to anna"):
        await running.inbox.wait_for("anna@example.org", timeout=0.1, after=before)
    await send(running, letter("anna@example.org", "second"))
    assert (await running.inbox.wait_for("anna@example.org", after=before)).subject == "second"


async def test_recipients_ask_for_failures(running: RunningInbox) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(running, letter("anna+550@example.org"))
    assert refused.value.recipients[0].code == 550

    late = letter("anna+450@example.org")
    with pytest.raises(aiosmtplib.SMTPDataError) as put_off:
        await send(running, late)
    assert put_off.value.code == 450
    await send(running, late)

    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(running, letter("anna+lost@example.org"))
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(running, letter("anna@example.org"), username="anna", password="wrong")
    kept = [mail.recipients[0] for mail in running.inbox.mails]
    assert kept == ["anna+450@example.org", "anna+lost@example.org"]


async def test_many_mails_go_through_one_pipelined_connection(running: RunningInbox) -> None:
    async with aiosmtplib.SMTP(hostname=running.smtp_host, port=running.smtp_port) as smtp:
        assert smtp.supports_extension("pipelining")
        for number in range(20):
            await smtp.send_message(letter(f"c{number}@example.org"))
    assert [mail.id for mail in running.inbox.mails] == list(range(1, 21))


async def test_the_page_lists_filters_and_clears(
    running: RunningInbox, http: aiohttp.ClientSession
) -> None:
    await send(running, letter("anna@example.org"))
    await send(running, letter("ivan@example.org", "Другое"))
    async with http.get(f"{running.url}/api/mails?query=СКИДКИ") as answer:
        listed = await answer.json()
    assert [row["to"] for row in listed["mails"]] == [["anna@example.org"]]
    async with http.get(f"{running.url}/api/mails/1") as answer:
        detail = await answer.json()
    async with http.get(running.url + detail["attachments"][0]["href"]) as answer:
        assert await answer.read() == b"a;b"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    async with http.delete(f"{running.url}/api/mails"):
        assert not running.inbox.mails


async def test_html_is_shown_without_scripts_and_with_its_pictures(
    running: RunningInbox, http: aiohttp.ClientSession
) -> None:
    await send(running, letter("anna@example.org"))
    async with http.get(f"{running.url}/mails/1/html") as answer:
        policy, html = answer.headers["Content-Security-Policy"], await answer.text()
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    source = html.partition('src="')[2].partition('"')[0]
    async with http.get(running.url + source) as answer:
        assert await answer.read() == b"png"


async def test_the_page_hears_of_mails_as_they_arrive(
    running: RunningInbox, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{running.url}/api/events") as stream:
        assert (await stream.content.readline()).startswith(b":")
        await send(running, letter("anna@example.org"))
        await stream.content.readline()
        assert b"anna@example.org" in await stream.content.readline()


async def test_a_broken_mail_is_shown_as_far_as_it_goes(
    running: RunningInbox, http: aiohttp.ClientSession
) -> None:
    raw = b"Subject: =?utf-9?q?=FF\r\nContent-Type: text/html; charset=none\r\n\r\n<b>\xff</b>"
    async with aiosmtplib.SMTP(hostname=running.smtp_host, port=running.smtp_port) as smtp:
        await smtp.sendmail("a@example.org", ["anna@example.org"], raw)
    async with http.get(f"{running.url}/api/mails/1") as answer:
        assert (await answer.json())["to"] == ["anna@example.org"]
