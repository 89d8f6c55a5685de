"""What is done about a mail that came in."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.clients import service as clients
from core.db import Transaction
from core.delivery.models import Delivery, Run
from core.delivery.returns import Return
from core.inbound.mailboxes import Mailboxes
from core.mail.bounces import Answer, Kind, Reason, Recipient, Report
from core.mailings.models import Mailing
from core.suppressions.service import hold_off
from core.users import news

log = structlog.get_logger(__name__)

Taken = Literal["unsubscribed", "bounce", "complaint", "answer", "unknown", "ignored"]

TEXT = 500  # characters of a server's words that are kept
LEAVING = {Reason.ABUSE, Reason.UNSUBSCRIBED}


async def take(
    tx: Transaction, boxes: Mailboxes, address: str, report: Report, now: datetime
) -> Taken:
    """Write down a mail to `address`, and hold off the client it gives cause to.

    An address that is dead is switched off, as its owner could do; who complains is unsubscribed.
    A report that does not prove which mail it is about is counted for nobody.
    """
    answer = report.answer
    named = boxes.answered(answer.to) if answer else boxes.mail_of(address, report)
    taken = await _taken(tx, boxes, address, report, named, now)
    ids = dict(zip(("run", "client"), named, strict=True)) if named else {}
    log.info("mail came in", taken=taken, kind=report.kind.value, **ids)
    return taken


async def _taken(
    tx: Transaction,
    boxes: Mailboxes,
    address: str,
    report: Report,
    named: tuple[int, int] | None,
    now: datetime,
) -> Taken:
    leaving = boxes.unsubscribing(address.rpartition("@")[0])
    if leaving is not None:
        await clients.unsubscribe(tx, leaving, now, "mail")
        return "unsubscribed"
    if report.answer is not None:
        return await _pass_on(tx, report.answer, named, now)
    if report.kind not in (Kind.BOUNCE, Kind.COMPLAINT):
        return "ignored"
    delivery = await tx.get(Delivery, named) if named else None
    if delivery is None:
        return "unknown"
    about = _about(report, delivery.email)
    await _keep(tx, delivery, report.kind, about, now)
    await _hold_off(tx, delivery, report.kind, about, now)
    return "bounce" if report.kind is Kind.BOUNCE else "complaint"


async def _pass_on(
    tx: Transaction, answer: Answer, named: tuple[int, int] | None, now: datetime
) -> Taken:
    """Who answers a mailing answers its owner: they are told, in short."""
    run = await tx.get(Run, named[0]) if named else None
    if named is None or run is None:
        return "ignored"
    mailing = await tx.get_one(Mailing, run.mailing_id)
    text = answer.text.replace("\0", "")
    digest = sha256(f"{answer.sender}\n{text}".encode()).hexdigest()[:16]
    key = f"reply:{run.id}:{named[1]}:{digest}"
    data = {"mailing": mailing.id, "sender": answer.sender, "text": text}
    await news.tell(tx, [mailing.owner_id], "reply", key, now, **data)
    return "answer"


def _about(report: Report, email: str) -> Recipient:
    """What it says of this recipient, or of the only one: mail may have been forwarded. Else what
    it says without a name: it has proven which mail it is about."""
    for each in report.recipients:
        if each.address.lower() == email.lower():
            return each
    if len(report.recipients) == 1:
        return report.recipients[0]
    return replace(report.unnamed or Recipient(email), address=email)


async def _keep(
    tx: Transaction, delivery: Delivery, kind: Kind, about: Recipient, now: datetime
) -> None:
    """A failure for good replaces a notice of delay, and nothing replaces it."""
    found = {
        "permanent": about.permanent is True,
        "reason": about.reason.value,
        "status": about.status,
        "text": about.text.replace("\0", "")[:TEXT],
        "received_at": now,
    }
    which = {"run_id": delivery.run_id, "client_id": delivery.client_id, "kind": kind.value}
    await tx.execute(
        insert(Return)
        .values(**which, **found)
        .on_conflict_do_update(
            index_elements=list(which), set_=found, where=Return.permanent.is_(False)
        )
    )


async def _hold_off(
    tx: Transaction, delivery: Delivery, kind: Kind, about: Recipient, now: datetime
) -> None:
    """The address may have been corrected since: only the one that was written to counts.

    It is held off, too, so that it stays so under whatever client it comes back as.
    """
    run = await tx.get_one(Run, delivery.run_id)
    owner = await tx.scalar(select(Mailing.owner_id).where(Mailing.id == run.mailing_id))
    if kind is Kind.COMPLAINT and about.reason in LEAVING:
        await clients.unsubscribe(tx, delivery.client_id, now, "complaint")
        await hold_off(tx, delivery.email, "complaint", now, owner_id=owner)
    elif kind is Kind.BOUNCE and about.is_dead:
        await hold_off(tx, delivery.email, "bounce", now, owner_id=owner, note=about.text[:TEXT])
        why = about.reason.value
        await clients.bounced(tx, delivery.client_id, delivery.email, why, now)
