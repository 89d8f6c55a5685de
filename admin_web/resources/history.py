"""Who did what, and who is signed in."""

from datetime import datetime

from admin_web.admin.here import Here
from admin_web.admin.resource import GROWING, Resource, Verb
from admin_web.resources.groups import SERVICE
from core.audit.models import Entry
from core.db import Transaction
from core.i18n import N_
from core.sessions.models import Session

AUDIT = Resource(
    model=Entry,
    title=N_("Audit log"),
    one=N_("Deed"),
    icon="history",
    group=SERVICE,
    columns=("at", "actor", "action", "object_type", "object_name", "via", "address"),
    search=(Entry.actor, Entry.object_name, Entry.action),
    slice=GROWING,
    indexed=frozenset({"actor_id", "object_id"}),
    filters=("actor_id", "via", "object_type", "object_id", "action"),
    panel="admin/panels/deed.html",
    unlisted=frozenset({"changes"}),
    empty=N_("What administrators do is written down here; nobody can change it."),
)


async def _end(tx: Transaction, _at: Here, row: Session, _now: datetime) -> None:
    await tx.delete(row)


SESSIONS = Resource(
    model=Session,
    title=N_("Sessions"),
    one=N_("Session"),
    icon="device-desktop",
    group=SERVICE,
    columns=("user_id", "address", "agent", "created_at", "seen_at"),
    filters=("user_id",),
    sorts=("seen_at",),
    secret=frozenset({"token_hash"}),
    verbs=(Verb("end", N_("Sign out"), "logout", _end, bulk=True),),
    empty=N_("Nobody is signed in."),
)
