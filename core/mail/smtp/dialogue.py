"""The beginning of a connection, one command at a time: greeting, TLS, sign-in."""

import asyncio
import ssl
from base64 import b64encode
from dataclasses import dataclass
from time import perf_counter
from typing import cast

from core.mail.smtp.capabilities import Capabilities, capabilities
from core.mail.smtp.replies import Garbled, Reply, ReplyReader
from core.mail.transport import AccountProblem, Server

_TEMPORARY = range(400, 500)


@dataclass(slots=True)
class SignedIn:
    """A connection ready for MAIL. `round_trip` is the shortest seen, in seconds."""

    transport: asyncio.Transport
    offered: Capabilities
    round_trip: float


class Dialogue(asyncio.Protocol):
    """Asks and waits for the answer."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.round_trip = float("inf")
        self._reader = ReplyReader()
        self._arrived = asyncio.Event()
        self._problem: AccountProblem | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
        except Garbled as error:
            self._problem = AccountProblem("refused", text=str(error))
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        kind, text = ("tls" if isinstance(exc, ssl.SSLError) else "connect"), str(exc or "closed")
        self._problem = self._problem or AccountProblem(kind, text=text)  # type: ignore[arg-type]
        self._arrived.set()

    async def reply(self, seconds: float) -> Reply:
        """The next reply; raises AccountProblem when none comes."""
        try:
            async with asyncio.timeout(seconds):
                while (reply := self._reader.take()) is None:
                    if self._problem:
                        raise self._problem
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError as error:
            raise AccountProblem("connect", text="no answer in time") from error
        except Garbled as error:
            raise AccountProblem("refused", text=str(error)) from error
        return reply

    async def ask(self, command: str, seconds: float) -> Reply:
        """Send a line and wait for its reply."""
        self.in_step()
        asked = perf_counter()
        self.transport.write(f"{command}\r\n".encode())
        reply = await self.reply(seconds)
        self.round_trip = min(self.round_trip, perf_counter() - asked)
        return reply

    def in_step(self) -> None:
        """A server that answers before it is asked is not to be trusted (or is leaving)."""
        if self._problem:
            raise self._problem
        if self._reader.buffer:
            said = bytes(self._reader.buffer[:60])
            raise AccountProblem("refused", text=f"the server spoke unasked: {said!r}")


async def sign_in(server: Server) -> SignedIn:
    """Connect, secure, authenticate; raises AccountProblem and leaves nothing open."""
    dialogue = await _connect(server)
    try:
        offered = await _hello(dialogue, server)
        if server.security == "starttls":
            await _starttls(dialogue, server, offered)
            offered = await _hello(dialogue, server)
        if server.username is not None:
            await _authenticate(dialogue, server, offered)
        dialogue.in_step()
    except BaseException:
        dialogue.transport.abort()
        raise
    return SignedIn(dialogue.transport, offered, dialogue.round_trip)


def _tls(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=server.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _connect(server: Server) -> Dialogue:
    loop = asyncio.get_running_loop()
    dialogue = Dialogue()
    try:
        context = _tls(server) if server.security == "tls" else None
        async with asyncio.timeout(server.timeouts.connect):
            await loop.create_connection(
                lambda: dialogue,
                server.address or server.host,
                server.port,
                ssl=context,
                server_hostname=server.host if context else None,
            )
    except ssl.SSLError as error:
        raise AccountProblem("tls", text=str(error)) from error
    except (OSError, TimeoutError) as error:
        raise AccountProblem("connect", text=str(error) or "no answer in time") from error
    return dialogue


async def _hello(dialogue: Dialogue, server: Server) -> Capabilities:
    seconds = server.timeouts.command
    if dialogue.round_trip == float("inf"):
        _expect(await dialogue.reply(server.timeouts.greeting), 220)
    name = server.hello or _own_name(dialogue)
    reply = await dialogue.ask(f"EHLO {name}", seconds)
    if reply.code in (500, 501, 502, 504):
        _expect(await dialogue.ask(f"HELO {name}", seconds), 250)
        return Capabilities()
    _expect(reply, 250)
    return capabilities(reply)


def _own_name(dialogue: Dialogue) -> str:
    address = str(dialogue.transport.get_extra_info("sockname")[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


async def _starttls(dialogue: Dialogue, server: Server, offered: Capabilities) -> None:
    if not offered.starttls:
        raise AccountProblem("tls", text="the server does not offer STARTTLS")
    reply = await dialogue.ask("STARTTLS", server.timeouts.command)
    if reply.code != 220:
        raise AccountProblem("tls", reply.code, reply.text)
    dialogue.in_step()  # bytes sent before TLS must not be taken for what TLS protects
    loop = asyncio.get_running_loop()
    try:
        secured = await loop.start_tls(
            dialogue.transport,
            dialogue,
            _tls(server),
            server_hostname=server.host,
            ssl_handshake_timeout=server.timeouts.connect,
        )
    except (OSError, TimeoutError) as error:
        raise AccountProblem("tls", text=str(error)) from error
    if secured is None:
        raise AccountProblem("tls", text="the connection was lost")
    dialogue.transport = secured


async def _authenticate(dialogue: Dialogue, server: Server, offered: Capabilities) -> None:
    if server.security == "none" and not server.plain_auth:
        raise AccountProblem("auth", text="a password is not sent without TLS")
    user, password, seconds = server.username or "", server.password or "", server.timeouts.command
    if "PLAIN" in offered.auth:
        secret = _base64(f"\0{user}\0{password}")
        reply = await dialogue.ask(f"AUTH PLAIN {secret}", seconds)
    elif "LOGIN" in offered.auth:
        reply = await dialogue.ask("AUTH LOGIN", seconds)
        for answer in (user, password):
            if reply.code == 334:
                reply = await dialogue.ask(_base64(answer), seconds)
    else:
        raise AccountProblem("auth", text="the server offers no way to sign in that is known here")
    if reply.code != 235:
        kind = "refused" if reply.code in _TEMPORARY else "auth"
        raise AccountProblem(kind, reply.code, reply.text)  # type: ignore[arg-type]


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _expect(reply: Reply, code: int) -> None:
    if reply.code != code:
        raise AccountProblem("refused", reply.code, reply.text)
