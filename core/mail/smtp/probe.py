"""Trying an account: connects, signs in, sends nothing."""

from dataclasses import dataclass

from core.mail.smtp.capabilities import Capabilities
from core.mail.smtp.dialogue import sign_in
from core.mail.transport import Server


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found out: extensions and the round trip in seconds."""

    offered: Capabilities
    round_trip: float


async def probe(server: Server) -> Probed:
    """Raises AccountProblem when the account cannot be used."""
    signed_in = await sign_in(server)
    signed_in.transport.write(b"QUIT\r\n")
    signed_in.transport.close()
    return Probed(signed_in.offered, signed_in.round_trip)
