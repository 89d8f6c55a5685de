"""Mail servers as owners' accounts reach them from a conversation: looked at, tried, used once."""

import asyncio
from dataclasses import replace

from core.accounts import hosts
from core.errors import Invalid
from core.i18n import N_
from core.mail.smtp import SmtpTransport, probe
from core.mail.transport import AccountProblem, Envelope, Outcome, Server, Timeouts, Trouble

PATIENT = 25.0  # seconds that a person waits for an answer
TIMEOUTS = Timeouts(connect=10, greeting=10, command=10, data=15, block=15, final=20)

WHY: dict[Trouble, str] = {
    "auth": N_("{host} does not let in {name} with this password: {why}"),
    "connect": N_("{host} does not answer on port {port}: {why}"),
    "tls": N_("No protected connection to {host} on port {port}: {why}"),
    "refused": N_("{host} takes no letters from you now: {why}"),
}


class Outside:
    """The servers on the Internet. Every call raises Invalid with the server's own words."""

    async def look(self, server: Server) -> Server:
        """The server with its address, which is none of ours."""
        return await hosts.reached(server)

    async def probe(self, server: Server) -> None:
        """Connect and sign in."""
        reached = await self.look(server)
        try:
            async with asyncio.timeout(PATIENT):
                await probe(replace(reached, timeouts=TIMEOUTS))
        except (AccountProblem, TimeoutError) as problem:
            raise in_words(server, problem) from problem

    async def post(self, server: Server, envelope: Envelope) -> Outcome:
        """Send one mail."""
        reached = await self.look(server)
        try:
            async with asyncio.timeout(PATIENT):
                return await SmtpTransport(replace(reached, timeouts=TIMEOUTS)).post(envelope)
        except (AccountProblem, TimeoutError) as problem:
            raise in_words(server, problem) from problem


def in_words(server: Server, problem: AccountProblem | TimeoutError) -> Invalid:
    """What a person can do something about."""
    if isinstance(problem, TimeoutError):
        problem = AccountProblem("connect", text="no answer in time")
    why = f"{problem.code or ''} {problem.text}".strip()[:200]
    named = {"host": server.host, "port": server.port, "name": server.username or ""}
    return Invalid(WHY[problem.kind], why=why or problem.kind, **named)
