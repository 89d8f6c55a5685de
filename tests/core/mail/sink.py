"""A mail server for tests: keeps what it accepts, refuses whom it is told to."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from core.mail.transport import Server


@dataclass
class Sink:
    """`refusals` maps a recipient to the replies it gets, one an attempt, before it is accepted."""

    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    senders: dict[str, str] = field(default_factory=dict)  # of MAIL FROM, by recipient
    refusals: dict[str, list[str]] = field(default_factory=dict)
    heard: Callable[[str], None] = lambda _recipient: None
    silent: dict[str, asyncio.Event] = field(default_factory=dict)  # unanswered until then
    delay: float = 0.0
    begun: int = 0  # mails that came whole
    most: int = 0  # of them without an answer at the same time
    port: int = 0
    password: str | None = None
    _listening: asyncio.Server | None = None

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if left := self.refusals.get(address):
            return left.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        [recipient] = envelope.rcpt_tos
        self.begun += 1
        self.most = max(self.most, self.begun - len(self.accepted))
        await asyncio.sleep(self.delay)
        if answer := self.silent.get(recipient):
            await answer.wait()
        assert isinstance(envelope.content, bytes)
        self.accepted.append((recipient, envelope.content))
        self.senders[recipient] = str(envelope.mail_from)
        self.heard(recipient)
        return "250 2.0.0 Ok: queued"

    @property
    def times(self) -> Counter[str]:
        """How often each recipient got a mail."""
        return Counter(recipient for recipient, _ in self.accepted)

    @property
    def server(self) -> Server:
        """The account that reaches it."""
        username = "user" if self.password else None
        return Server("127.0.0.1", self.port, "none", username, self.password, connections=4)

    async def start(self, password: str | None = None) -> None:
        """Listen on a free port; with a password, only those who know it may send."""
        options: dict[str, Any] = {"enable_SMTPUTF8": True, "hostname": "localhost"}
        if password:
            options |= {"auth_required": True, "auth_require_tls": False}
            options["authenticator"] = lambda *args: AuthResult(
                success=args[-1].password == password.encode(), handled=False
            )
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(
            lambda: SMTP(self, **options), "127.0.0.1", self.port
        )
        self.port = self._listening.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._listening:
            self._listening.close()
