"""Somebody who is signed in shows once more that it is they: before what cannot be taken back."""

from datetime import datetime, timedelta

from core.db import Transaction
from core.errors import Invalid
from core.i18n import N_
from core.second_factor import service
from core.sessions import service as sessions
from core.sessions.models import Session
from core.settings import Settings

FRESH = timedelta(minutes=10)

REFUSED = N_("That is not right. Type your password, and the code if you use one.")


def is_fresh(session: Session, now: datetime) -> bool:
    """Whether the session's person has shown who they are a few minutes ago at most."""
    return session.proven_at is not None and session.proven_at > now - FRESH


async def prove(
    tx: Transaction, settings: Settings, session: Session, password: str, code: str, now: datetime
) -> None:
    """The password, and the code where one is used; Invalid when they are not right."""
    right = await sessions.knows_password(tx, session.user_id, password)
    if right and await service.is_on(tx, session.user_id):
        right = await service.check(tx, settings, session.user_id, code, now)
    if not right:
        raise Invalid(REFUSED)
    await sessions.proven(tx, session.id, now)
