"""The mails that arrived, the newest few thousand of them."""

import asyncio
import time
from collections import deque
from itertools import takewhile

from demo.inbox.mail import Mail
from demo.pulse import Pulse

KEPT = 5_000


class Inbox:
    """Every recipient's mails in one box."""

    def __init__(self, kept: int = KEPT) -> None:
        self.mails: deque[Mail] = deque(maxlen=kept)
        self.total = 0
        self.cleared = 0
        self.pulse = Pulse()

    def add(self, sender: str, recipients: list[str], raw: bytes) -> Mail:
        """Keep a mail and tell those who wait."""
        self.total += 1
        mail = Mail(self.total, sender, recipients, raw, time.time())
        self.mails.append(mail)
        self.pulse.beat()
        return mail

    def since(self, after: int) -> list[Mail]:
        """The mails after the number `after`, oldest first."""
        found = list(takewhile(lambda mail: mail.id > after, reversed(self.mails)))
        return found[::-1]

    def get(self, number: int) -> Mail | None:
        return next((mail for mail in self.mails if mail.id == number), None)

    def clear(self) -> None:
        self.mails.clear()
        self.cleared += 1
        self.pulse.beat()

    def to(self, recipient: str, after: int = 0) -> list[Mail]:
        """Mails to an address, oldest first, without those up to the number `after`."""
        wanted = recipient.lower()
        return [mail for mail in self.since(after) if wanted in _lower(mail)]

    async def wait_for(
        self, recipient: str, timeout: float = 10, subject: str = "", after: int = 0
    ) -> Mail:
        """The newest mail to an address, with these words in the subject, as soon as it is there.

        `after=inbox.total` taken before an action leaves out what had come before it.
        """
        try:
            async with asyncio.timeout(timeout):
                while True:
                    found = [m for m in self.to(recipient, after) if subject in m.subject]
                    if found:
                        return found[-1]
                    await self.pulse.wait()
        except TimeoutError:
            seen = [(mail.recipients, mail.subject) for mail in self.mails][-10:]
            raise AssertionError(f"No mail to {recipient} {subject!r}; the last: {seen}") from None


def _lower(mail: Mail) -> list[str]:
    return [recipient.lower() for recipient in mail.recipients]
