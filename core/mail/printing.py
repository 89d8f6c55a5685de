"""DEBUG=True: mails are printed where they would have been sent."""

from core.mail.envelopes import each
from core.mail.readable import readable
from core.mail.transport import Envelope, Envelopes, MayWrite, Outcome, Result, Settle

RULE = "─" * 78


class PrintingTransport:
    """Prints each mail in words a person can read, and calls it sent."""

    async def send(self, envelopes: Envelopes, settle: Settle, may_write: MayWrite) -> None:
        """Print until there are no more."""
        async for envelope in each(envelopes):
            if may_write(envelope):
                settle(await self.post(envelope))
            else:
                settle(Outcome(envelope.id, Result.RETURNED))

    async def post(self, envelope: Envelope) -> Outcome:
        """Print one mail."""
        print(f"{RULE}\n{readable(envelope.content)}\n{RULE}", flush=True)  # noqa: T201
        return Outcome(envelope.id, Result.SENT, text="printed, not sent (DEBUG)")
