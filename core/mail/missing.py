"""No account is set: every mail waits, and its owner is told why."""

from core.mail.envelopes import Envelopes
from core.mail.transport import AccountProblem, Envelope, MayWrite, Outcome, Settle

WHY = "no mail account is set: HOST_USER and PASS_USER, or SMTP_HOST"


class MissingTransport:
    """Refuses before anything is pulled."""

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        """Say what is missing."""
        raise AccountProblem("connect", text=WHY)

    async def post(self, envelope: Envelope) -> Outcome:
        """Say what is missing."""
        raise AccountProblem("connect", text=WHY)
