"""The people that owners write to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired

from admin_web.admin.forms import Checked
from admin_web.admin.here import Here
from admin_web.admin.resource import Data, Resource, Run, RunAll, Verb
from admin_web.resources.groups import PEOPLE
from core.clients import erasing, service
from core.clients.fields import check_comment, check_email, check_name
from core.clients.forms import check_form
from core.clients.models import SEARCHED, Client
from core.clients.queries import has_word
from core.db import Transaction
from core.i18n import N_
from core.users import administration
from core.users.models import User

TYPED = ("email", "first_name", "last_name", "phone", "comment", "tags")


async def _add(tx: Transaction, at: Here, _row: Any, data: Data, now: datetime) -> Client:
    owner = await administration.by_email(tx, data["owner"])
    form, keys = check_form(data, owner.country), erasing.keys(at.deps.settings)
    return await service.add(tx, owner, form, now, keys)


async def _edit(tx: Transaction, _at: Here, row: Client, data: Data, now: datetime) -> Client:
    owner = await tx.get_one(User, row.owner_id)
    return await service.edit(tx, owner, row.id, now, **{name: data[name] for name in TYPED})


async def _remove(tx: Transaction, _at: Here, row: Client, _now: datetime) -> None:
    await tx.delete(row)


async def _on_all(tx: Transaction, _at: Here, rows: Sequence[Client], _now: datetime) -> None:
    await service.set_active_all(tx, [row.id for row in rows], True)


async def _off_all(tx: Transaction, _at: Here, rows: Sequence[Client], _now: datetime) -> None:
    await service.set_active_all(tx, [row.id for row in rows], False)


async def _unsubscribe_all(
    tx: Transaction, _at: Here, rows: Sequence[Client], now: datetime
) -> None:
    await service.unsubscribe_all(tx, [row.id for row in rows], now, "owner")


def _one(run_all: RunAll) -> Run:
    async def run(tx: Transaction, at: Here, row: Client, now: datetime) -> None:
        await run_all(tx, at, [row], now)

    return run


async def _resubscribe(tx: Transaction, at: Here, row: Client, now: datetime) -> None:
    owner, keys = await tx.get_one(User, row.owner_id), erasing.keys(at.deps.settings)
    consent = str((await at.request.post()).get("consent", ""))
    await service.resubscribe(tx, owner, row.id, consent, at.actor, keys, now)


CLIENTS = Resource(
    model=Client,
    title=N_("Clients"),
    one=N_("Client"),
    icon="address-book",
    group=PEOPLE,
    columns=("email", "first_name", "last_name", "owner_id", "active", "unsubscribed_at"),
    name_of=lambda row: row.name,
    search=(SEARCHED,),
    filters=("owner_id", "active", "unsubscribed_at"),
    slice=10_000,
    indexed=frozenset({"owner_id", "active", "unsubscribed_at"}),
    by_index=has_word,
    fields={
        "email": EmailField(validators=[Checked(check_email)]),
        "first_name": StringField(validators=[Checked(check_name)]),
        "last_name": StringField(validators=[Checked(check_name)]),
        "phone": StringField(),
        "tags": StringField(filters=[lambda v: ", ".join(v) if isinstance(v, list) else v]),
        "comment": TextAreaField(validators=[Checked(check_comment)]),
    },
    only_new={"owner": EmailField(validators=[DataRequired()])},
    create=_add,
    edit=_edit,
    remove=_remove,
    verbs=(
        Verb(
            "switch_off",
            N_("Switch off"),
            "x",
            _one(_off_all),
            when=lambda row: row.active,
            bulk=True,
            run_all=_off_all,
        ),
        Verb(
            "switch_on",
            N_("Switch on"),
            "check",
            _one(_on_all),
            when=lambda row: not row.active,
            bulk=True,
            run_all=_on_all,
        ),
        Verb(
            "unsubscribe",
            N_("Unsubscribe"),
            "mail",
            _one(_unsubscribe_all),
            when=lambda row: row.unsubscribed_at is None,
            ask=N_("The client gets no further mail from this owner."),
            bulk=True,
            run_all=_unsubscribe_all,
        ),
        Verb(
            "resubscribe",
            N_("Undo the unsubscription"),
            "refresh",
            _resubscribe,
            when=lambda row: row.unsubscribed_at is not None,
            ask=N_("Only if the client has asked for it: mail to those who left is spam."),
            danger=True,
            typed="consent",
        ),
    ),
    panel="admin/panels/client.html",
    empty=N_("Owners add clients in the bot; you can add one here too."),
)
