"""A mailing being prepared, or the changes to one: kept in the conversation as ids and rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_
from core.mailings import audience, ledger, nights
from core.mailings.audience import Audience
from core.mailings.nights import Asleep, Nights
from core.mailings.queries import CardView
from core.mailings.quiet import Quiet, Window
from core.mailings.segments import Segment
from core.messages import queries as messages
from core.messages.models import Message
from core.scheduling.recurrence import Recurrence
from core.scheduling.rhythms import Rhythm
from core.users.models import User

GONE = N_("This screen is out of date. Please start again.")
ONCE = Recurrence("once")


@dataclass(frozen=True)
class Plan:
    """Without `clients` and `segment` it is for everybody, `start=None` is now; `mailing` is the
    one being changed, `rest` gives a new message to those who still wait in its present run, too.

    Between the hours of `quiet` nobody is written to, nor later than `within` of the start.

    `changed` names what the owner touched: only that is taken over into a running mailing.
    """

    message: int
    clients: tuple[int, ...] | None = None
    segment: Segment | None = None
    start: datetime | None = None
    repeat: Recurrence = ONCE
    missed: str = "run_once"
    overlap: str = "skip"
    mailing: int | None = None
    rest: bool = False
    quiet: Quiet | None = None
    within: timedelta | None = None
    changed: frozenset[str] = field(default_factory=frozenset)

    def with_(self, **changes: Any) -> Self:
        """The plan after a choice."""
        return replace(self, **changes, changed=self.changed | changes.keys())

    def following(self, rhythm: Rhythm) -> Self:
        """The plan with a typed repetition, and with its start where one was typed, too."""
        start = {"start": rhythm.start} if rhythm.start else {}
        return self.with_(repeat=rhythm.rule, **start)

    def toggled(self, client_id: int) -> Self:
        """The plan with a client more, or less."""
        chosen = self.clients or ()
        if client_id in chosen:
            return self.with_(clients=tuple(c for c in chosen if c != client_id), segment=None)
        return self.with_(clients=(*chosen, client_id), segment=None)

    @property
    def audience(self) -> str:
        """What it is called in a mailing."""
        if self.segment is not None:
            return "segment"
        return "all" if self.clients is None else "chosen"

    @property
    def window(self) -> Window:
        """When its letters may go."""
        return Window(self.quiet, self.within)

    def changes(self, soonest: datetime) -> dict[str, Any]:
        """What was touched, as `service.change` takes it; now means `soonest`."""
        given: dict[str, Any] = {}
        if "message" in self.changed:
            given["message_id"] = self.message
        if "clients" in self.changed:
            given["audience"] = self.audience
            given["client_ids"] = self.clients
            given["segment"] = self.segment
        if "start" in self.changed:
            given["start_at"] = self.start or soonest
        if "repeat" in self.changed:
            given["recurrence"] = self.repeat
        if "missed" in self.changed:
            given["missed"] = self.missed
        if "overlap" in self.changed:
            given["overlap"] = self.overlap
        if self.changed & {"quiet", "within"}:
            given["window"] = self.window
        return given | {"rest": self.rest and "message" in self.changed}

    def to_json(self) -> dict[str, Any]:
        """For the conversation's memory."""
        return {
            "message": self.message,
            "clients": None if self.clients is None else list(self.clients),
            "segment": self.segment.to_json() if self.segment else None,
            "start": self.start.isoformat() if self.start else None,
            "repeat": self.repeat.to_json(),
            "missed": self.missed,
            "overlap": self.overlap,
            "mailing": self.mailing,
            "rest": self.rest,
            "quiet": [self.quiet.start, self.quiet.end] if self.quiet else None,
            "within": self.within.total_seconds() if self.within else None,
            "changed": sorted(self.changed),
        }

    @classmethod
    def from_draft(cls, draft: Mapping[str, Any]) -> Self:
        """The plan of the conversation; Conflict when there is none any more."""
        raw = draft.get("plan")
        if not raw:
            raise Conflict(GONE)
        kept = {
            "clients": None if raw["clients"] is None else tuple(raw["clients"]),
            "segment": Segment.from_json(raw["segment"]) if raw.get("segment") else None,
            "start": datetime.fromisoformat(raw["start"]) if raw["start"] else None,
            "repeat": Recurrence.from_json(raw["repeat"]),
            "changed": frozenset(raw["changed"]),
            "quiet": Quiet(*raw["quiet"]) if raw.get("quiet") else None,
            "within": timedelta(seconds=raw["within"]) if raw.get("within") else None,
        }
        return cls(**raw | kept)

    @classmethod
    def of(cls, view: CardView, clients: list[int] | None) -> Self:
        """The plan that a mailing follows, to be changed."""
        return cls(
            message=view.message_id,
            clients=None if clients is None else tuple(clients),
            segment=view.segment,
            start=view.start_at,
            repeat=view.recurrence,
            missed=view.missed,
            overlap=view.overlap,
            mailing=view.id,
            quiet=view.window.quiet,
            within=view.window.within,
        )


@dataclass(frozen=True)
class Prepared:
    """A plan with what it means at the moment."""

    plan: Plan
    message: Message
    audience: Audience
    timezone: str
    now: datetime
    waiting: int = 0  # in the present run of the mailing being changed
    nights: Nights | None = None

    @property
    def starts_at(self) -> datetime:
        """The planned date, or now."""
        return max(self.plan.start or self.now, self.now)

    @property
    def asleep(self) -> Asleep | None:
        """Who has quiet hours when it starts."""
        return self.nights.asleep(self.starts_at) if self.nights else None

    @property
    def subject(self) -> str:
        return self.message.version.subject if self.message.version else ""


async def prepare(tx: Transaction, owner: User, plan: Plan, now: datetime) -> Prepared:
    """Look up what a plan names."""
    message = await messages.get(tx, owner, plan.message)
    people = await audience.count(tx, owner, plan.clients, plan.segment)
    waiting = 0
    if plan.mailing is not None and "message" in plan.changed:
        runs = await ledger.runs_of(tx, plan.mailing, now)
        waiting = sum(run.waiting for run in runs if run.open)
    asleep = None
    if plan.quiet:
        meant = audience.meant(plan.clients, plan.segment)
        asleep = await nights.look(tx, owner, meant, plan.quiet)
    return Prepared(plan, message, people, owner.timezone, now, waiting, asleep)
