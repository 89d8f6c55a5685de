"""The SMTP side: everything is accepted, unless the recipient asks for a failure.

anna+550@example.org is refused for good (any 5xx), anna+450@example.org is put off once and
taken at the next attempt (any 4xx), anna+lost@example.org is taken, but the connection ends
before the answer. The password `wrong` is refused with 535.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from demo.inbox.box import Inbox

LARGEST_MAIL = 35 * 1024 * 1024
_FAILURE = re.compile(r"\+([45]\d\d|lost)@")
_WORDS = {
    "550": "5.1.1 No such mailbox",
    "552": "5.2.2 Mailbox is full",
    "554": "5.7.1 Refused as spam",
    "450": "4.2.0 Greylisted, try again later",
    "451": "4.3.0 Trouble here, try again later",
    "452": "4.2.2 Mailbox is full for the moment",
}


class Receiver:
    """What aiosmtpd calls as a mail comes in."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._put_off: set[str] = set()

    async def handle_EHLO(  # noqa: N802  aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, host: str, replies: list[str]
    ) -> list[str]:
        session.host_name = host
        return [*replies[:-1], "250-PIPELINING", replies[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        code = wanted_failure(address)
        if code.startswith("5"):
            return _reply(code)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw, recipients = envelope.original_content or b"", list(envelope.rcpt_tos)
        codes = [wanted_failure(address) for address in recipients]
        late = next((code for code in codes if code.startswith("4")), "")
        if late and self._first_time(raw, recipients):
            return _reply(late)
        mail = self._inbox.add(envelope.mail_from or "", recipients, raw)
        if "lost" in codes and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return f"250 2.0.0 Taken as {mail.id}"

    def _first_time(self, raw: bytes, recipients: list[str]) -> bool:
        name = f"{message_from_bytes(raw).get('Message-ID', '')} {recipients}"
        first = name not in self._put_off
        self._put_off.add(name)
        return first


def wanted_failure(address: str) -> str:
    """The code that a recipient asks for, or nothing."""
    found = _FAILURE.search(address)
    return found[1] if found else ""


def _reply(code: str) -> str:
    kind = "5.0.0 Refused, as asked" if code.startswith("5") else "4.0.0 Put off, as asked"
    return f"{code} {_WORDS.get(code, kind)}"


def _login(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    wrong = isinstance(given, LoginPassword) and given.password == b"wrong"
    return AuthResult(success=not wrong, handled=False)


@asynccontextmanager
async def serve_smtp(inbox: Inbox, host: str, port: int) -> AsyncIterator[int]:
    """Listen for mail and yield the port."""
    receiver = Receiver(inbox)

    def connection() -> SMTP:
        return SMTP(
            receiver,
            hostname="inbox.localhost",
            ident="Mail Center inbox",
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            authenticator=_login,
            auth_require_tls=False,
        )

    server = await asyncio.get_running_loop().create_server(connection, host, port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
