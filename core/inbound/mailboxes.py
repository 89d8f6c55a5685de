"""The addresses at BOUNCE_DOMAIN: what is written to them, and by whose leave."""

from dataclasses import dataclass

from core.clients import tokens
from core.delivery import marks
from core.errors import NotFound
from core.keys import keys_for
from core.mail.bounces import Report
from core.settings import Settings

COMPLAINTS = ("complaints", "abuse", "fbl")  # fixed: a complaint returns the mail it is about


@dataclass(frozen=True)
class Mailboxes:
    """Every address but the fixed ones carries a signature; without it nobody lives there."""

    settings: Settings

    def exists(self, address: str) -> bool:
        """Whether mail to the address is taken."""
        local, _, domain = address.rpartition("@")
        if domain.lower() != (self.settings.bounce_domain or "").lower():
            return False
        if local.lower() in COMPLAINTS:
            return True
        return self.bounced(local) is not None or self.unsubscribing(local) is not None

    def unsubscribing(self, local: str) -> int | None:
        """The client whose unsubscribe address this is."""
        box, _, token = local.partition("+")
        if box.lower() != "unsubscribe":
            return None
        try:
            return tokens.read(token, *keys_for(self.settings, tokens.KEY))
        except NotFound:
            return None

    def bounced(self, local: str) -> tuple[int, int] | None:
        """The run and the client whose return address this is."""
        box, _, mark = local.partition("+")
        return self._read(mark, marks.BOUNCE) if box.lower() == "bounce" else None

    def mail_of(self, address: str, report: Report) -> tuple[int, int] | None:
        """The run and the client of the mail that a report is about, if it proves that it knows
        them: by the address it came to, by the one in the mail it returns, or by Message-ID."""
        return (
            self.bounced(address.rpartition("@")[0])
            or self._read(report.token or "", marks.BOUNCE)
            or self._read((report.message_id or "").rpartition("@")[0], marks.MESSAGE_ID)
        )

    def answered(self, message_id: str) -> tuple[int, int] | None:
        """The run and the client of the mail that somebody answers."""
        return self._read(message_id.rpartition("@")[0], marks.MESSAGE_ID)

    def _read(self, mark: str, purpose: str) -> tuple[int, int] | None:
        return marks.read(mark, *keys_for(self.settings, purpose))
