"""A real Postfix takes everything, by PIPELINING and by CHUNKING."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from core.mail.transport import Envelope, Server
from tests.core.mail.makers import body, parsed, render, template
from tests.core.mail.sending import Sent, send

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/local/sbin:/usr/bin")
pytestmark = pytest.mark.skipif(
    not POSTFIX or os.geteuid() != 0, reason="needs Postfix, and root to start it"
)

SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""

SETTINGS = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mydestination =
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_discard_ehlo_keywords = {without}
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""


@pytest.fixture(params=["chunking", ""], ids=["pipelining", "chunking"])
def postfix(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Path]]:
    """An instance of its own, delivering into a folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("postfix")
    for above in (folder, *folder.parents[:2]):
        above.chmod(0o755)
    owner = pwd.getpwnam("postfix")
    for name in ("conf", "queue", "data", "mail"):
        (folder / name).mkdir()
    for name in ("data", "mail"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    (folder / "conf/master.cf").write_text(SERVICES.format(port=port))
    values = {"folder": folder, "uid": owner.pw_uid, "gid": owner.pw_gid}
    (folder / "conf/main.cf").write_text(SETTINGS.format(without=request.param, **values))
    command = [str(POSTFIX), "-c", str(folder / "conf")]
    subprocess.run([*command, "start"], check=True, capture_output=True)  # noqa: S603  our own words
    yield Server("127.0.0.1", port, "none", connections=4), folder / "mail/all/new"
    subprocess.run([*command, "stop"], check=True, capture_output=True)  # noqa: S603


def files_in(folder: Path) -> list[bytes]:
    """What lies there now."""
    return [each.read_bytes() for each in folder.iterdir()] if folder.exists() else []


async def arrived(folder: Path, number: int) -> dict[str, EmailMessage]:
    """The mails in the folder by recipient, when all are there."""
    async with asyncio.timeout(20):
        while len(files_in(folder)) < number:  # noqa: ASYNC110  another process writes them
            await asyncio.sleep(0.1)
    mails = [parsed(each) for each in files_in(folder)]
    assert len(mails) == number
    return {str(each["X-Original-To"]): each for each in mails}


async def test_every_mail_arrives_as_it_was_written(postfix: tuple[Server, Path]) -> None:
    server, folder = postfix
    names = ["Анна", "Иван <b>", "=?utf-8?q?x?=", "Ёж" * 30]
    mails = [
        Envelope(
            n,
            f"bounce+{n}@example.org",
            f"r{n}@example.org",
            render(
                template(encoding="8bit" if n % 2 else "quoted-printable", text=".\n..\n{имя}"),
                {"first_name": names[n % 4]},
                name=names[n % 4],
                message_id=f"{n}@example.org",
            ),
        )
        for n in range(60)
    ]
    mails.append(Envelope(60, "a@example.org", "nobody@elsewhere.test\x00", b"x"))
    sent: Sent = await send(server, mails)
    assert sent.problem is None
    assert sent.results == ["sent"] * 60 + ["failed"]
    got = await arrived(folder, 60)
    for n, mail in enumerate(mails[:60]):
        there, written = got[mail.recipient], parsed(bytes(mail.content))
        assert there["Return-Path"] == f"<{mail.sender}>"
        assert there["Message-ID"] == f"<{n}@example.org>"
        assert there["Subject"] == written["Subject"]
        assert body(there) == body(written)
        assert body(there, "html") == body(written, "html")
