"""Real servers take every mail and hand on what was written, bytes and signatures."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import dkim
import pytest

from core.mail.mime import Part
from core.mail.transport import Envelope, Server
from tests.core.mail.certificates import for_localhost
from tests.core.mail.makers import parsed, render, template
from tests.core.mail.sending import send
from tests.core.mail.sink import Sink
from tests.core.mail.test_dkim import signer
from tests.interop.exim import exim
from tests.interop.mx import program
from tests.interop.opensmtpd import opensmtpd
from tests.interop.postfix import postfix

pytestmark = pytest.mark.interop

Mx = Callable[[str, Path, Path, int], AbstractContextManager[Server]]
SERVERS: dict[str, tuple[str, Mx]] = {
    "postfix by chunking": ("postfix", postfix),
    "postfix by pipelining": ("postfix", partial(postfix, without="chunking")),
    "postfix one by one": ("postfix", partial(postfix, without="chunking, pipelining")),
    "exim": ("exim4", exim),
    "opensmtpd": ("smtpd", opensmtpd),
}
NUMBER = 20
NAMES = ["Анна", "Иван <b>", "=?utf-8?q?x?=", "Ёж" * 30, ""]
DOTS = "{имя|друг}\n.\n..\n.точка\n\nFrom here\n" + "слово " * 800 + "\n."
LINE = "<p>{имя|друг}</p><p>." + "длинная строка без конца " * 200 + "</p>\n.\n"
BINARY = bytes(range(256)) * 40
FILES = (
    Part("Прайс-лист на зиму, весна и лето.txt", "text/plain", b".\r\n..\r\nbare\nlf\rcr\r\n."),
    Part("data.bin", "application/octet-stream", BINARY),
    Part("ёлка.png", "image/png", BINARY, cid="1.tree@example.org"),
)
LARGE = Part("large.bin", "application/pdf", bytes(range(256)) * 2000)


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """Where the servers hand on to."""
    sink = Sink()
    await sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to the servers' own users, which pytest's folders are not."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def mail(n: int) -> Envelope:
    """One of many kinds."""
    files = FILES if n % 3 == 0 else ()
    content = render(
        template(
            encoding="8bit" if n % 2 else "quoted-printable",
            text=DOTS,
            html=LINE,
            parts=(*files, LARGE) if n == 0 else files,
        ),
        {"first_name": NAMES[n % 5]},
        recipient=f"r{n}@example.org",
        name=NAMES[n % 5],
        message_id=f"{n}@example.org",
    )
    sign, _ = signer("rsa" if n % 4 else "ed25519")
    return Envelope(n, f"bounce+{n}@example.org", f"r{n}@example.org", sign.sign(content))


def leaves(message: EmailMessage) -> list[tuple[str, str | None, bytes]]:
    """Every part that is not one of parts, decoded."""
    return [
        (part.get_content_type(), part.get_filename(), bytes(part.get_payload(decode=True)))
        for part in message.walk()
        if not part.is_multipart()
    ]


async def handed_on(sink: Sink, number: int) -> dict[str, bytes]:
    """What the sink has, when all is there."""
    async with asyncio.timeout(40):
        while len(sink.accepted) < number:  # noqa: ASYNC110  another process brings it
            await asyncio.sleep(0.1)
    assert len(sink.accepted) == number
    return dict(sink.accepted)


@pytest.mark.parametrize("name", SERVERS)
async def test_every_mail_is_handed_on_as_it_was_written(
    name: str, sink: Sink, folder: Path
) -> None:
    command, mx = SERVERS[name]
    found = program(command)
    if found is None:
        pytest.skip(f"needs {command}, and root to start it")
    certificate = for_localhost(folder)
    certificate.chmod(0o644)
    mails = [mail(n) for n in range(NUMBER)]
    with mx(found, folder, certificate, sink.port) as server:
        sent = await send(server, mails)
        assert sent.problem is None
        assert sent.results == ["sent"] * NUMBER
        got = await handed_on(sink, NUMBER)
    check(mails, got, sink)


async def test_aiosmtpd_gets_every_mail_as_it_was_written(sink: Sink) -> None:
    mails = [mail(n) for n in range(NUMBER)]
    sent = await send(sink.server, mails)
    assert sent.results == ["sent"] * NUMBER
    check(mails, await handed_on(sink, NUMBER), sink)


def check(mails: list[Envelope], got: dict[str, bytes], sink: Sink) -> None:
    """Nothing but trace fields may have come on top."""
    for each in mails:
        content = got[each.recipient]
        there, written = parsed(content), parsed(bytes(each.content))
        assert sink.senders[each.recipient] == each.sender
        assert there.items()[-len(written.items()) :] == written.items()
        assert leaves(there) == leaves(written)
        _, lookup = signer("rsa" if each.id % 4 else "ed25519")
        assert dkim.verify(content, dnsfunc=lookup)
