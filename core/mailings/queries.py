"""Mailings as their owner sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.orm import joinedload

from core.db import Transaction
from core.direct import columns, instances, row
from core.errors import NotFound
from core.jobs import pauses
from core.mailings import audience, ledger
from core.mailings.audience import Audience
from core.mailings.ledger import RunView
from core.mailings.models import Mailing
from core.mailings.quiet import Window
from core.mailings.segments import Segment
from core.pages import Page, page_by, page_statement
from core.scheduling.models import Schedule
from core.scheduling.rules import Recurrence
from core.users.models import User

_CARD = f"""
    SELECT coalesce(v.subject, ''), a.asked_at,
           CASE WHEN a.decision = 'declined' THEN coalesce(u.name, '') END,
           {pauses.standing_still("mail.bulk")}, {columns(Mailing, "m")}, {columns(Schedule, "s")}
    FROM mailings m JOIN messages ON messages.id = m.message_id
    JOIN schedules s ON s.object_type = 'mailings' AND s.object_id = m.id
    LEFT JOIN message_versions v ON v.id = messages.version_id
    LEFT JOIN approvals a ON a.mailing_id = m.id LEFT JOIN users u ON u.id = a.decided_by
    WHERE m.id = :id
"""  # noqa: S608  the pieces are written here
CARD = text(_CARD)
THEIR_CARD = text(f"{_CARD} AND (:admin OR (m.owner_id = :owner AND m.hidden_at IS NULL))")

LINES = page_statement(
    "SELECT id FROM mailings WHERE owner_id = :owner AND hidden_at IS NULL",
    """m.id, coalesce(v.subject, ''), m.status, s.next_at,
       EXISTS (SELECT FROM runs r WHERE r.mailing_id = m.id AND r.status <> 'finished')""",
    """JOIN mailings m USING (id) JOIN messages ON messages.id = m.message_id
       LEFT JOIN message_versions v ON v.id = messages.version_id
       LEFT JOIN schedules s ON s.object_type = 'mailings' AND s.object_id = m.id""",
)


@dataclass(frozen=True)
class Line:
    """A mailing in a list."""

    id: int
    subject: str
    status: str
    next_at: datetime | None
    sending: bool


@dataclass(frozen=True)
class CardView:
    """Everything a mailing's card shows."""

    id: int
    owner_id: int
    message_id: int
    subject: str
    status: str
    held_because: str | None
    audience: str
    segment: Segment | None
    recipients: Audience
    recurrence: Recurrence
    start_at: datetime
    timezone: str
    next_at: datetime | None
    previous_at: datetime
    paused: bool
    missed: str
    overlap: str
    behind_at: datetime | None
    accepted_at: datetime
    frozen_at: datetime | None
    finished_at: datetime | None
    run: RunView | None
    last: RunView | None
    window: Window
    asked_at: datetime | None  # an administrator, for a yes
    declined_by: str | None

    @property
    def waiting(self) -> bool:
        """An administrator's yes is waited for."""
        return self.status == "frozen" and self.held_because == "approval"

    @property
    def stopping(self) -> bool:
        """Stopped by the owner while some letters are still on their way."""
        sending = self.run.counts.get("sending", 0) if self.run else 0
        return self.status != "active" and sending > 0

    @property
    def untouched(self) -> bool:
        """No run yet: it can still be taken back."""
        return self.run is None and self.last is None

    def missed_at(self, now: datetime) -> datetime | None:
        """A date that passed while nothing could start; the owner decides about it."""
        held = self.paused and self.next_at is not None and self.next_at <= now
        return self.next_at if held else None

    def fraction(self, now: datetime) -> float:
        """How much of the time to the next date is over."""
        if self.next_at is None or self.next_at <= self.previous_at:
            return 1.0
        return (now - self.previous_at) / (self.next_at - self.previous_at)

    def remaining(self, now: datetime) -> timedelta | None:
        """The time to the next date."""
        return max(self.next_at - now, timedelta()) if self.next_at else None


def of(actor: User) -> Select[Mailing]:
    """Every mailing of an owner that was not deleted, with its message."""
    query = select(Mailing).options(joinedload(Mailing.message))
    return query.where(Mailing.owner_id == actor.id, Mailing.hidden_at.is_(None))


async def get(tx: Transaction, actor: User, mailing_id: int) -> Mailing:
    """One mailing; somebody else's is not found, except for an administrator."""
    query = select(Mailing).options(joinedload(Mailing.message)) if actor.is_admin else of(actor)
    found = await tx.scalar(query.where(Mailing.id == mailing_id))
    if found is None:
        raise NotFound
    return found


async def page(tx: Transaction, owner: User, offset: int = 0, limit: int = 8) -> Page[Line]:
    """The newest first."""
    page = await page_by(tx, LINES, offset, limit, owner=owner.id)
    return Page([Line(*each) for each in page.rows], page.total, page.offset)


async def card(tx: Transaction, actor: User, mailing_id: int, now: datetime) -> CardView:
    """The card of a mailing; somebody else's is not found, except for an administrator."""
    whose = {"owner": actor.id, "admin": actor.is_admin}
    found = await row(tx, THEIR_CARD, id=mailing_id, **whose)
    if found is None:
        raise NotFound
    return await _view(tx, found, now)


async def followed_card(tx: Transaction, mailing_id: int, now: datetime) -> CardView | None:
    """The card of a mailing that is followed already; None once it is gone."""
    found = await row(tx, CARD, id=mailing_id)
    return await _view(tx, found, now) if found else None


async def view(tx: Transaction, mailing: Mailing, now: datetime) -> CardView:
    """The card of a mailing at hand."""
    return await _view(tx, await row(tx, CARD, id=mailing.id), now)


async def _view(tx: Transaction, found: Sequence[Any], now: datetime) -> CardView:
    subject, asked_at, declined_by, stands_still, *values = found
    mailing, schedule = instances(values, Mailing, Schedule)
    runs = await ledger.runs_of(tx, mailing.id, now)
    paused = stands_still and mailing.status == "active"
    return CardView(
        id=mailing.id,
        owner_id=mailing.owner_id,
        message_id=mailing.message_id,
        subject=subject,
        status=mailing.status,
        held_because=mailing.held_because or ("paused" if paused else None),
        audience=mailing.audience,
        segment=audience.rule_of(mailing),
        recipients=await audience.count_of(tx, mailing),
        recurrence=Recurrence.from_json(schedule.recurrence),
        start_at=schedule.start_at,
        timezone=schedule.timezone,
        next_at=schedule.next_at,
        previous_at=max([mailing.accepted_at, *(run.due_at for run in runs)]),
        paused=schedule.paused,
        missed=schedule.missed,
        overlap=schedule.overlap,
        behind_at=schedule.behind_at,
        accepted_at=mailing.accepted_at,
        frozen_at=mailing.frozen_at,
        finished_at=mailing.finished_at,
        run=next((run for run in runs if run.open), None),
        last=next((run for run in runs if not run.open), None),
        window=Window.of(mailing),
        asked_at=asked_at,
        declined_by=declined_by,
    )


def subject_of(mailing: Mailing) -> str:
    """The subject of the mailing's message as it is now."""
    version = mailing.message.version
    return version.subject if version else ""
