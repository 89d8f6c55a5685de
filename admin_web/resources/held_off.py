"""What came back, addresses that get no mail, and keys that sign for domains."""

from datetime import datetime
from typing import Any

from wtforms import EmailField, StringField

from admin_web.admin.forms import Checked
from admin_web.admin.here import Here
from admin_web.admin.resource import GROWING, Data, Resource
from admin_web.resources.groups import MAIL
from core.clients.fields import check_email
from core.db import Transaction
from core.delivery.returns import Return
from core.i18n import N_
from core.signing_keys.models import SigningKey
from core.suppressions import service
from core.suppressions.models import Suppression
from core.typed import one_line
from core.users import administration


async def _add(tx: Transaction, _at: Here, _row: Any, data: Data, now: datetime) -> Suppression:
    owner = await administration.by_email(tx, data["owner"]) if data["owner"] else None
    whose = owner.id if owner else None
    return await service.add(tx, data["email"], data["note"] or "", now, whose)


async def _delete(tx: Transaction, _at: Here, row: Any, _now: datetime) -> None:
    await tx.delete(row)


SUPPRESSIONS = Resource(
    model=Suppression,
    title=N_("Addresses without mail"),
    one=N_("Address without mail"),
    icon="lock",
    group=MAIL,
    columns=("email", "owner_id", "reason", "note", "created_at"),
    name_of=lambda row: row.email,
    search=(Suppression.email, Suppression.note),
    slice=GROWING,
    indexed=frozenset({"owner_id"}),
    filters=("owner_id", "reason"),
    sorts=("email", "created_at"),
    only_new={
        "email": EmailField(validators=[Checked(check_email)]),
        "owner": EmailField(),
        "note": StringField(validators=[Checked(one_line)]),
    },
    create=_add,
    remove=_delete,
    empty=N_("Dead addresses and complaints come here by themselves; others can be added."),
)

RETURNS = Resource(
    model=Return,
    title=N_("Returns"),
    one=N_("Return"),
    icon="mail-opened",
    group=MAIL,
    columns=("received_at", "kind", "permanent", "reason", "status", "text", "run_id"),
    slice=GROWING,
    filters=("kind", "permanent", "run_id", "client_id"),
    sorts=("received_at",),
    empty=N_("Bounces and complaints are listed here when they come back."),
)

SIGNING_KEYS = Resource(
    model=SigningKey,
    title=N_("Signing keys"),
    one=N_("Signing key"),
    icon="key",
    group=MAIL,
    columns=("domain", "selector", "signs_since", "created_at"),
    name_of=lambda row: row.domain,
    search=(SigningKey.domain,),
    secret=frozenset({"private_key"}),
    remove=_delete,
    empty=N_("A key is made on the page of a mail account’s domain."),
)
