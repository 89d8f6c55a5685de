"""Whom a mailing would find in their quiet hours, and until when they wait."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from core.accounts.forecast import Awake
from core.clients.models import Client
from core.clients.queries import RECEIVING
from core.db import Transaction
from core.mailings.quiet import Quiet, zones
from core.users.models import User


@dataclass(frozen=True)
class Asleep:
    """So many wait; the first of them until `first`, the last until `last`."""

    n: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Nights:
    """Quiet hours, and how many clients have them by the clock of each zone."""

    quiet: Quiet
    zones: Sequence[tuple[str, int]]

    def asleep(self, at: datetime) -> Asleep | None:
        """Those for whom it is quiet at that moment."""
        found = [(self.quiet.until(at, zone), n) for zone, n in self.zones]
        waiting = [(until, n) for until, n in found if until]
        if not waiting:
            return None
        ends = [until for until, _ in waiting]
        return Asleep(sum(n for _, n in waiting), min(ends), max(ends))

    def hours(self) -> list[tuple[Awake, int]]:
        """When so many may be written to."""
        return [(partial(self.quiet.awake, zone=zone), n) for zone, n in self.zones]


async def look(tx: Transaction, owner: User, meant: ColumnElement[bool], quiet: Quiet) -> Nights:
    """The zones of the clients meant."""
    by_country = cast(literal(json.dumps(zones())), JSONB).op("->>")(Client.country)
    zone = func.coalesce(Client.timezone, by_country, owner.timezone)
    query = select(zone, func.count()).where(Client.owner_id == owner.id, RECEIVING, meant)
    found = await tx.execute(query.group_by(zone))
    return Nights(quiet, [(name, n) for name, n in found])
