"""The seam between the ledger, which decides and records, and whatever speaks SMTP."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

Security = Literal["none", "starttls", "tls"]
Trouble = Literal["connect", "tls", "auth", "refused"]


class Envelope(NamedTuple):
    """One message to one recipient; `id` comes back in the outcome.

    `content` is a complete RFC 5322 message with CRLF line ends, not dot-stuffed.
    """

    id: int
    sender: str
    recipient: str
    content: bytes


class Result(StrEnum):
    """What became of an envelope.

    SENT        the server answered 250 to the final dot: it accepted the message
    DEFERRED    refused for now (4xx)
    FAILED      refused for good (5xx)
    UNCERTAIN   the final dot may have left and no whole reply came back
    RETURNED    never handed over: give the claim back
    """

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    RETURNED = "returned"


class Outcome(NamedTuple):
    """A result with the server's words (RFC 5321 reply code, RFC 3463 enhanced status)."""

    id: int
    result: Result
    code: int | None = None
    enhanced: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a reply, by what it answers (RFC 5321, 4.5.3.2)."""

    connect: float = 30
    greeting: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    final: float = 600


@dataclass(frozen=True, slots=True)
class Server:
    """An account on a mail server. Pools of `connections`, each renewed after so many messages.

    Certificates are verified, against `ca_file` when it is given. A password is not sent over
    plain text unless `plain_auth`. `hello` is the name this side gives itself. `address` is where
    to connect when `host`, whose certificate is expected, was resolved before.
    """

    host: str
    port: int
    security: Security = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    connections: int = 20
    messages_per_connection: int = 500
    timeouts: Timeouts = Timeouts()
    ca_file: str | None = None
    plain_auth: bool = False
    hello: str | None = None
    address: str | None = None


class AccountProblem(Exception):
    """The account as a whole cannot send: not reachable, TLS failed, sign-in refused, 421."""

    def __init__(self, kind: Trouble, code: int | None = None, text: str = "") -> None:
        self.kind = kind
        self.code = code
        self.text = text
        super().__init__(f"{kind} {code or ''} {text}".strip())


class Source(ABC):
    """Envelopes as they are needed.

    It is asked without waiting, in the moment in which a connection is ready for the next mail:
    so a mail is built about when it is written, and few are built for a server that takes no more.
    """

    @abstractmethod
    def take(self) -> Envelope | None:
        """The next one; None while there is none."""

    @abstractmethod
    async def more(self) -> bool:
        """After a None: wait until there is another; False when there will be none."""


Envelopes = Source | AsyncIterator[Envelope] | Iterable[Envelope]
Settle = Callable[[Outcome], None]
MayWrite = Callable[[Envelope], bool]


class Transport(Protocol):
    """Sends what it is given; every envelope pulled is settled exactly once."""

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        """Pull envelopes as they can be sent, ask `may_write` right before each one's bytes.

        False from `may_write` returns the envelope. Raises AccountProblem after everything
        pulled has been settled.
        """
