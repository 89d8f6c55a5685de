"""Sending to a scripted server and collecting what is said about it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from core.mail.smtp import SmtpTransport
from core.mail.transport import AccountProblem, Envelope, MayWrite, Outcome, Server


@dataclass
class Sent:
    """Outcomes by id, each checked to be the only one, and the problem at the end."""

    outcomes: dict[int, Outcome]
    problem: AccountProblem | None

    @property
    def results(self) -> list[str]:
        return [str(self.outcomes[id].result) for id in sorted(self.outcomes)]


def envelopes(number: int, content: bytes = b"Subject: x\r\n\r\nhello\r\n") -> list[Envelope]:
    """Mails to different people."""
    return [Envelope(n, f"b{n}@a.ru", f"r{n}@example.org", content) for n in range(number)]


async def stream(mails: Iterable[Envelope]) -> AsyncIterator[Envelope]:
    """As the ledger gives them."""
    for mail in mails:
        yield mail


async def send(server: Server, mails: list[Envelope], may_write: MayWrite = lambda _: True) -> Sent:
    """Send all; every envelope has exactly one outcome."""
    outcomes: dict[int, Outcome] = {}

    def settle(outcome: Outcome) -> None:
        assert outcome.id not in outcomes, outcome
        outcomes[outcome.id] = outcome

    problem = None
    try:
        async with asyncio.timeout(10):
            await SmtpTransport(server).send(stream(mails), settle, may_write)
    except AccountProblem as error:
        problem = error
    assert len(outcomes) == len(mails) or problem
    return Sent(outcomes, problem)
