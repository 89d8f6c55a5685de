"""A port for what comes back, by SMTP or LMTP: it takes mail for its own addresses alone."""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import SQLAlchemyError

from core.db import Sessions, clock
from core.inbound import service
from core.inbound.mailboxes import Mailboxes
from core.mail.bounces import read
from core.settings import Settings
from core.tasks import finished_first

log = structlog.get_logger(__name__)

LARGEST = 10 * 2**20  # reports may bring the whole mail along
LINE = 2**16  # octets; the mail that a report brings along may break the rules
RECIPIENTS = 20
PAUSE = 5.0  # seconds until a place that was taken is tried again


class Port:
    """Answers after the commit, so that what could not be kept is brought again."""

    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        self._sessions = sessions
        self._boxes = Mailboxes(settings)

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if not self._boxes.exists(address):
            return "550 5.1.1 No such address here"
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        try:
            await self._take(envelope.rcpt_tos, _with_sender(envelope))
        except (SQLAlchemyError, OSError) as error:
            log.warning("a mail could not be taken", reason=type(error).__name__)
            return "451 4.3.0 Try again later"
        return "250 2.0.0 Ok"

    async def _take(self, addresses: list[str], content: bytes) -> None:
        report = await asyncio.to_thread(read, content)
        async with self._sessions.begin() as tx:
            now = await clock(tx)
            for address in addresses:
                await service.take(tx, self._boxes, address, report, now)


def _with_sender(envelope: Envelope) -> bytes:
    """Where a mail ends the envelope's sender is written on top (RFC 5321, 4.4): that there is
    none tells programs from people."""
    assert isinstance(envelope.content, bytes)  # noqa: S101  it decodes nothing unless told
    sender = (envelope.mail_from or "").strip("<>").encode(errors="replace")
    return b"Return-Path: <%b>\r\n%b" % (sender, envelope.content)


class Smtp(SMTP):
    """Takes longer lines than it would itself."""

    line_length_limit = LINE


class Lmtp(LMTP):
    """After the data each recipient has a reply of its own (RFC 2033); here all have the same."""

    line_length_limit = LINE
    _replies = 1

    async def push(self, status: Any) -> None:
        """A reply, as often as the command before calls for."""
        times, self._replies = self._replies, 1
        if status.startswith("354"):
            assert self.envelope  # noqa: S101  there were recipients
            self._replies = len(self.envelope.rcpt_tos)
        await super().push("\r\n".join([status] * times))


async def listen(sessions: Sessions, settings: Settings, stop: asyncio.Event) -> None:
    """Listen at BOUNCE_LISTEN until `stop`; at once over where it is not set.

    Where another process has the place it is waited for: dates are kept meanwhile.
    """
    told = False
    while settings.bounce_listen and not stop.is_set():
        try:
            await _listen(sessions, settings, settings.bounce_listen, stop)
        except OSError as error:
            if not told:
                log.warning("takes no bounces, trying again", reason=str(error))
            told = True
            await finished_first(asyncio.sleep(PAUSE), stop)


async def _listen(sessions: Sessions, settings: Settings, place: str, stop: asyncio.Event) -> None:
    handler = Port(sessions, settings)
    options: dict[str, Any] = {"hostname": settings.bounce_domain, "ident": "Mail Center"}
    at = place.removeprefix("lmtp:")
    protocol = Smtp if at == place else Lmtp
    server = await _serve(lambda: protocol(handler, data_size_limit=LARGEST, **options), at)
    log.info("takes bounces", at=place)
    try:
        await stop.wait()
    finally:
        server.close()


async def _serve(protocol: Callable[[], SMTP], at: str) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    host, _, where = at.partition(":")
    if host != "unix":
        return await loop.create_server(protocol, host, int(where))
    server = await loop.create_unix_server(protocol, where)
    os.chmod(where, 0o666)  # noqa: S103  as open as a port: the mail server is another user
    return server
