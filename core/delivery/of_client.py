"""What one client got: the ledger's rows about it, with what came back."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import and_, func, select

from core.clients.models import Client
from core.db import Transaction
from core.delivery.causes import CAUSES, SKIPPED, STATUSES, UNCERTAIN, cause_of
from core.delivery.models import Delivery, Run
from core.delivery.returns import Return
from core.i18n import N_, Translator
from core.mailings.models import Mailing
from core.messages.models import MessageVersion
from core.pages import Page

_CAME_BACK = {
    "bounce": N_("Came back: the address did not take it"),
    "complaint": N_("Was marked as spam"),
}


@dataclass(frozen=True)
class Got:
    """One letter to a client; `returned` says that it came back, or that it was complained of."""

    at: datetime
    subject: str
    delivery: Delivery
    returned: str | None

    def state(self, _: Translator) -> Markup:
        """What became of it, in words."""
        row = self.delivery
        if self.returned in _CAME_BACK:
            return _(_CAME_BACK[self.returned])
        status = _(STATUSES[row.status])
        why = self._why()
        return Markup(": ").join([status, _(why)]) if why else status

    def _why(self) -> str | None:
        row = self.delivery
        if row.status in ("failed", "deferred"):
            return CAUSES[cause_of(row.smtp_code, row.enhanced, row.smtp_text)]
        known = {"skipped": SKIPPED, "uncertain": UNCERTAIN}.get(row.status, {})
        return known.get(row.reason or "")


async def got(tx: Transaction, client: Client, offset: int, limit: int) -> Page[Got]:
    """A page of the letters, the latest first.

    The ledger is found by run and client: an owner's runs are few, a client's letters are not
    looked for among millions.
    """
    theirs = (Mailing.owner_id == client.owner_id, Delivery.client_id == client.id)
    total = await tx.scalar(
        select(func.count()).select_from(Delivery).join(Run).join(Mailing).where(*theirs)
    )
    last = max(0, (total or 0) - 1) // limit * limit
    offset = max(0, min(offset, last))
    at = func.coalesce(Delivery.settled_at, Delivery.due_at)
    back = select(func.max(Return.kind)).where(
        and_(Return.run_id == Delivery.run_id, Return.client_id == Delivery.client_id)
    )
    query = (
        select(at, MessageVersion.subject, Delivery, back.scalar_subquery())
        .join(Run, Run.id == Delivery.run_id)
        .join(Mailing, Mailing.id == Run.mailing_id)
        .join(MessageVersion, MessageVersion.id == Delivery.version_id)
        .where(*theirs)
        .order_by(at.desc(), Delivery.run_id.desc())
    )
    rows = await tx.execute(query.offset(offset).limit(limit))
    return Page([Got(*row) for row in rows], total or 0, offset)
