"""An SMTP port for what comes back. It takes mail for its own addresses alone and sends none."""

import asyncio
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import SQLAlchemyError

from core.db import Sessions, clock
from core.inbound import service
from core.inbound.mailboxes import Mailboxes
from core.mail.bounces import read
from core.settings import Settings

log = structlog.get_logger(__name__)

LARGEST = 10 * 2**20  # reports may bring the whole mail along
RECIPIENTS = 20


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
        assert isinstance(envelope.content, bytes)  # noqa: S101  it decodes nothing unless told
        try:
            await self._take(envelope.rcpt_tos, envelope.content)
        except (SQLAlchemyError, OSError) as error:
            log.warning("a mail could not be taken", reason=type(error).__name__)
            return "451 4.3.0 Try again later"
        return "250 2.0.0 Ok"

    async def _take(self, addresses: list[str], content: bytes) -> None:
        report = await asyncio.to_thread(read, content)
        async with self._sessions.begin() as tx:
            now = await clock(tx)
            for address in addresses:
                taken = await service.take(tx, self._boxes, address, report, now)
                log.info("mail came in", taken=taken, kind=report.kind.value)


async def listen(sessions: Sessions, settings: Settings, stop: asyncio.Event) -> None:
    """Listen at BOUNCE_LISTEN until `stop`; at once over where it is not set."""
    if settings.bounce_listen is None:
        return
    host, _, port = settings.bounce_listen.rpartition(":")
    handler = Port(sessions, settings)
    options: dict[str, Any] = {"hostname": settings.bounce_domain, "ident": "Mail Center"}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, data_size_limit=LARGEST, **options), host, int(port)
    )
    log.info("takes bounces", at=settings.bounce_listen)
    try:
        await stop.wait()
    finally:
        server.close()
