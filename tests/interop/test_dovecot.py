"""Bounces are found in a mailbox of a real Dovecot, and nothing in it is changed."""

import asyncio
import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from core.inbound.idle import Bell, tend
from core.inbound.imap import Mailbox, Position, Refused, fetch
from tests.interop.mx import free_port, process, program

pytestmark = pytest.mark.interop

SETTINGS = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=dovecot gid=dovecot home={folder}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
}}
"""


@pytest.fixture
def box() -> Iterator[tuple[Mailbox, Path]]:
    """A mailbox, and the folder that mails are put into."""
    found = program("dovecot")
    if found is None:
        pytest.skip("needs dovecot, and root to start it")
    port, owner = free_port(), pwd.getpwnam("dovecot")
    with TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        for name in ("mail", "mail/new", "mail/cur", "mail/tmp"):
            (folder / name).mkdir()
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
        settings = folder / "dovecot.conf"
        settings.write_text(SETTINGS.format(folder=folder, port=port))
        with process([found, "-F", "-c", str(settings)], port, folder / "out"):
            yield Mailbox("127.0.0.1", port, "anna", "secret", "INBOX", tls=False), folder / "mail"


def put(mail: Path, name: str, content: bytes) -> None:
    file = mail / "new" / name
    file.write_bytes(content)
    owner = mail.stat()
    os.chown(file, owner.st_uid, owner.st_gid)


def test_new_mails_are_read_and_stay_unread(box: tuple[Mailbox, Path]) -> None:
    mailbox, folder = box
    put(folder, "1.a.host", b"Subject: before\r\n\r\n")
    position, mails = fetch(mailbox, None)
    assert mails == []
    put(folder, "2.b.host", "Subject: Возврат\r\n\r\nтекст\r\n".encode())
    put(folder, "3.c.host", b"Subject: large\r\n\r\n" + b"x" * 78 * 20_000)
    position, mails = fetch(mailbox, position)
    assert mails[0] == "Subject: Возврат\r\n\r\nтекст\r\n".encode()
    assert len(mails[1]) == 2**20
    assert fetch(mailbox, position) == (position, [])
    assert fetch(mailbox, Position(position.validity, 0))[1][1:] == mails
    assert not [each for each in (folder / "cur").iterdir() if each.name.endswith("S")]


def test_a_folder_that_is_not_there_is_told(box: tuple[Mailbox, Path]) -> None:
    mailbox, _ = box
    with pytest.raises(Refused, match="no folder Nowhere"):
        fetch(Mailbox(mailbox.host, mailbox.port, "anna", "secret", "Nowhere", tls=False), None)


async def test_it_says_when_a_mail_comes_and_is_told_goodbye(box: tuple[Mailbox, Path]) -> None:
    mailbox, folder = box
    put(folder, "1.a.host", b"Subject: before\r\n\r\n")
    bell, stop = Bell(), asyncio.Event()
    async with asyncio.TaskGroup() as group, asyncio.timeout(20):
        group.create_task(tend(mailbox, bell, stop))
        await bell.rung.wait()
        position, _ = await asyncio.to_thread(fetch, mailbox, None)
        bell.rung.clear()
        put(folder, "2.b.host", b"Subject: a bounce\r\n\r\n")
        await bell.rung.wait()
        assert bell.tended
        stop.set()
    assert fetch(mailbox, position)[1] == [b"Subject: a bounce\r\n\r\n"]
    assert "Logged out" in (folder.parent / "log").read_text()
