"""New mails of a mailbox by IMAP: read only, nothing is marked, moved or deleted there."""

import imaplib
import ssl
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from core.settings import Settings

TIMEOUT = 8.0  # seconds, for each answer: shorter than a process has to end
AT_ONCE = 20
LARGEST = 2**20  # octets of a mail; what is asked for is at its beginning


class Refused(Exception):
    """The server does not let us in, or has no such folder."""


@dataclass(frozen=True)
class Position:
    """How far a mailbox has been read; numbers begin anew with another validity."""

    validity: int
    last_uid: int


@dataclass(frozen=True)
class Mailbox:
    """Where to look, and as whom."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    tls: bool

    @property
    def name(self) -> str:
        """What its position is kept under."""
        return f"{self.user}@{self.host}/{self.folder}"

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """BOUNCE_IMAP; without a user there it is the account that sends."""
        if settings.bounce_imap is None:
            return None
        url = urlsplit(settings.bounce_imap.get_secret_value())
        sending = settings.pass_user.get_secret_value() if settings.pass_user else ""
        return cls(
            url.hostname or "localhost",
            url.port or (993 if url.scheme == "imaps" else 143),
            unquote(url.username or "") or settings.host_user or "",
            unquote(url.password or "") or sending,
            unquote(url.path.strip("/")) or "INBOX",
            url.scheme == "imaps",
        )


def quoted(text: str) -> str:
    """A name or a password as it stands in a command."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def fetch(mailbox: Mailbox, since: Position | None) -> tuple[Position, list[bytes]]:
    """Some mails that came since, oldest first, and where to go on.

    A mailbox seen for the first time begins with what comes from now on.
    """
    try:
        with _connected(mailbox) as server:
            return _some(server, mailbox.folder, since)
    except (imaplib.IMAP4.error, ValueError) as error:  # no number, or what is not ASCII
        raise Refused(str(error)) from error


def _connected(mailbox: Mailbox) -> imaplib.IMAP4:
    where = (mailbox.host, mailbox.port)
    server = (
        imaplib.IMAP4_SSL(*where, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
        if mailbox.tls
        else imaplib.IMAP4(*where, timeout=TIMEOUT)
    )
    try:
        server.login(mailbox.user, mailbox.password)
    except BaseException:
        server.shutdown()
        raise
    return server


def _some(
    server: imaplib.IMAP4, folder: str, since: Position | None
) -> tuple[Position, list[bytes]]:
    status, answer = server.select(quoted(folder), readonly=True)
    if status != "OK":
        raise Refused(f"no folder {folder}: {answer!r}")
    validity, next_uid = _number(server, "UIDVALIDITY"), _number(server, "UIDNEXT")
    if since is None or since.validity != validity:
        return Position(validity, next_uid - 1), []
    uids = _new(server, since.last_uid)[:AT_ONCE]
    mails = [_mail(server, uid) for uid in uids]
    last = uids[-1] if uids else since.last_uid
    return Position(validity, last), [mail for mail in mails if mail]


def _new(server: imaplib.IMAP4, last: int) -> list[int]:
    """`n:*` means the last one too, even if it is before n."""
    _, found = server.uid("SEARCH", f"UID {last + 1}:*")
    return sorted(uid for uid in map(int, (found[0] or b"").split()) if uid > last)


def _mail(server: imaplib.IMAP4, uid: int) -> bytes:
    """Empty when it was deleted meanwhile."""
    _, parts = server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)")
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), b"")


def _number(server: imaplib.IMAP4, name: str) -> int:
    _, values = server.response(name)
    if not values or values[0] is None:
        raise Refused(f"the server does not say {name}")
    return int(values[0])
