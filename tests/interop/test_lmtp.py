"""Postfix hands over what comes back by LMTP, through a socket in the file system."""

import asyncio
import smtplib
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from core.db import Sessions
from core.mail.transport import Server
from tests.core.inbound.reports import DOMAIN, bounce, return_address
from tests.core.inbound.test_port import COMPLAINTS, active, dead_rows, listening, settings
from tests.core.mail.certificates import for_localhost
from tests.interop.mx import program, wait_for
from tests.interop.postfix import postfix

pytestmark = pytest.mark.interop


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to Postfix's own users, which pytest's folders are not."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def post(server: Server, recipients: list[str], mail: bytes) -> None:
    wait_for(server.port)
    with smtplib.SMTP(server.host, server.port) as client:
        client.sendmail("", recipients, mail)


def delivered(log: Path, number: int) -> str:
    """Postfix's log, once every recipient is in it."""
    for _each in range(400):
        said = log.read_text() if log.exists() else ""
        if said.count("relay=") >= number:
            return said
        time.sleep(0.1)
    raise TimeoutError(said)


async def test_postfix_hands_a_report_to_each_of_its_addresses(
    sessions: Sessions, folder: Path
) -> None:
    found = program("postfix")
    if found is None:
        pytest.skip("needs postfix, and root to start it")
    rows = await dead_rows(sessions)
    report = bounce(rows[1].email, "5.1.1", "User unknown")
    at = f"lmtp:unix:{folder}/bounces"
    known = settings(bounce_listen=at)
    recipients = [COMPLAINTS, return_address(known, rows[1]), f"nobody@{DOMAIN}"]
    async with listening(sessions, known):
        with postfix(found, folder, for_localhost(folder), transport=at) as server:
            await asyncio.to_thread(post, server, recipients, report)
            log = await asyncio.to_thread(delivered, folder / "log", len(recipients))
    assert log.count("status=sent (250 2.0.0 Ok)") == 2
    assert "status=bounced" in log
    assert await active(sessions) == [True, False, True]
