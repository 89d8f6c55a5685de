"""Whom a mailing would find in their quiet hours, and until when they wait."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

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


async def asleep(
    tx: Transaction, owner: User, meant: ColumnElement[bool], quiet: Quiet, at: datetime
) -> Asleep | None:
    """Those among the clients meant for whom it is quiet at that moment."""
    by_country = cast(literal(json.dumps(zones())), JSONB).op("->>")(Client.country)
    zone = func.coalesce(Client.timezone, by_country, owner.timezone)
    query = select(zone, func.count()).where(Client.owner_id == owner.id, RECEIVING, meant)
    found = [(quiet.until(at, name), n) for name, n in await tx.execute(query.group_by(zone))]
    waiting = [(until, n) for until, n in found if until]
    if not waiting:
        return None
    ends = [until for until, _ in waiting]
    return Asleep(sum(n for _, n in waiting), min(ends), max(ends))
