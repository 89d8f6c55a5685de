"""A transport on aiosmtplib: correct and unhurried. Letters of the service go this way."""

import asyncio
from collections.abc import AsyncIterator
from ssl import SSLError

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from core.mail.envelopes import Envelopes, each
from core.mail.replies import outcome_of
from core.mail.transport import (
    AccountProblem,
    Envelope,
    MayWrite,
    Outcome,
    Result,
    Server,
    Settle,
    Trouble,
)

CONNECT_TIMEOUT = 30.0
REPLY_TIMEOUT = 300.0
CLOSING = 421
GONE = (SMTPServerDisconnected, SMTPTimeoutError, OSError)


class PlainTransport:
    """Sends over a few connections, each opened when there is a mail for it."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        """Pull and send until there are no more; every envelope pulled is settled."""
        work = _Work(each(envelopes), settle, may_write)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.server.connections):
                group.create_task(_Lane(self.server, work).run())
        if work.problem:
            raise work.problem

    async def post(self, envelope: Envelope) -> Outcome:
        """Send one mail, over a connection of its own; raises AccountProblem."""
        outcomes: list[Outcome] = []

        work = _Work(each([envelope]), outcomes.append, lambda _envelope: True)
        await _Lane(self.server, work).run()
        if work.problem:
            raise work.problem
        return outcomes[0]


class _Work:
    """What the lanes share: where mails come from, and what stopped them all."""

    def __init__(
        self, envelopes: AsyncIterator[Envelope], settle: Settle, may_write: MayWrite
    ) -> None:
        self._envelopes = envelopes
        self._pulling = asyncio.Lock()
        self.settle = settle
        self.may_write = may_write
        self.problem: AccountProblem | None = None

    async def pull(self) -> Envelope | None:
        async with self._pulling:
            return None if self.problem else await anext(self._envelopes, None)


class _Lane:
    """One connection at a time, renewed after its share of messages."""

    def __init__(self, server: Server, work: _Work) -> None:
        self._server = server
        self._work = work
        self._smtp: SMTP | None = None
        self._sent = 0

    async def run(self) -> None:
        try:
            while envelope := await self._work.pull():
                self._work.settle(await self._outcome(envelope))
        finally:
            await self._leave()

    async def _outcome(self, envelope: Envelope) -> Outcome:
        try:
            for _ in range(2):
                if outcome := await self._attempt(envelope):
                    return outcome
            raise AccountProblem("refused", text="the server closes the connection")
        except AccountProblem as problem:
            self._work.problem = problem
            return Outcome(envelope.id, Result.RETURNED, problem.code, text=problem.text)

    async def _attempt(self, envelope: Envelope) -> Outcome | None:
        """None when the connection was lost with nothing handed over: worth a fresh one."""
        if not self._work.may_write(envelope):
            return Outcome(envelope.id, Result.RETURNED)
        smtp = await self._connection()
        try:
            await _address(smtp, envelope)
        except SMTPResponseException as refused:
            if refused.code == CLOSING:
                self._lost()
                return None
            await self._reset(smtp)
            return outcome_of(envelope.id, refused.code, refused.message)
        except GONE:
            self._lost()
            return None
        if not self._work.may_write(envelope):
            self._lost()
            return Outcome(envelope.id, Result.RETURNED)
        return await self._hand_over(smtp, envelope)

    async def _hand_over(self, smtp: SMTP, envelope: Envelope) -> Outcome:
        self._sent += 1
        try:
            reply = await smtp.data(envelope.content)
        except SMTPResponseException as refused:
            return outcome_of(envelope.id, refused.code, refused.message)
        except GONE:
            self._lost()
            return Outcome(envelope.id, Result.UNCERTAIN, text="no answer to the message")
        return outcome_of(envelope.id, reply.code, reply.message)

    async def _connection(self) -> SMTP:
        if self._smtp and self._smtp.is_connected:
            if self._sent < self._server.messages_per_connection:
                return self._smtp
            await self._leave()
        self._smtp, self._sent = await connected(self._server), 0
        return self._smtp

    async def _reset(self, smtp: SMTP) -> None:
        try:
            await smtp.rset()
        except (SMTPException, OSError):
            self._lost()

    def _lost(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    async def _leave(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp and smtp.is_connected:
            try:
                await smtp.quit(timeout=2)
            except (SMTPException, OSError):
                smtp.close()


async def _address(smtp: SMTP, envelope: Envelope) -> None:
    """MAIL and RCPT. An address beyond ASCII needs a server that knows SMTPUTF8."""
    plain = envelope.recipient.isascii() and envelope.sender.isascii()
    if not plain and not smtp.supports_extension("smtputf8"):
        raise SMTPResponseException(553, "5.6.7 the server takes no such address (SMTPUTF8)")
    options = [] if plain else ["SMTPUTF8"]
    if not envelope.content.isascii() and smtp.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    encoding = "ascii" if plain else "utf-8"
    await smtp.mail(envelope.sender, options=options, encoding=encoding)
    await smtp.rcpt(envelope.recipient, encoding=encoding)


async def connected(server: Server) -> SMTP:
    """A connection that is signed in; raises AccountProblem."""
    smtp = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        username=server.username,
        password=server.password,
        timeout=CONNECT_TIMEOUT,
        cert_bundle=server.ca_file,
        local_hostname=server.hello,
    )
    try:
        await smtp.connect()
        if smtp.is_ehlo_or_helo_needed:
            await smtp.ehlo()
    except SMTPAuthenticationError as error:
        raise AccountProblem("auth", error.code, error.message) from error
    except SSLError as error:
        raise AccountProblem("tls", text=str(error)) from error
    except SMTPResponseException as error:
        raise AccountProblem("refused", error.code, error.message) from error
    except (SMTPException, OSError) as error:
        kind: Trouble = "tls" if "TLS" in str(error) else "connect"
        raise AccountProblem(kind, text=str(error)) from error
    smtp.timeout = REPLY_TIMEOUT
    return smtp
