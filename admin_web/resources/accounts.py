"""Mail accounts: the installation's, which are kept here, and those that owners brought."""

from datetime import datetime
from typing import Any

from wtforms import (
    DateField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, NumberRange, Optional

from admin_web.admin.forms import Checked
from admin_web.admin.here import Here
from admin_web.admin.resource import Data, Resource, Verb
from admin_web.resources.groups import MAIL
from core.accounts import installation, state, typed, use
from core.accounts.choice import is_current
from core.accounts.models import SmtpAccount
from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_
from core.users.fields import check_email

COMES_BACK = N_(
    "The settings name this account, so it would come back. Take it out of them, or switch it off."
)
OF_SETTINGS = N_(
    "The settings make this account: server, sign-in and sender stand in SMTP_HOST, SMTP_PORT, "
    "SMTP_SECURITY, HOST_USER, PASS_USER and MAIL_FROM (in .env or the environment) and are "
    "changed there; the next start takes them up. Changed here and kept: the sender’s name, the "
    "order, limits and warm-up. A DKIM key is made on the page of the domain."
)
OF_OWNER = N_(
    "An owner’s own account: its owner changes it in the bot. Here it can be tried, switched off "
    "and deleted."
)


def _limit() -> IntegerField:
    return IntegerField(validators=[Optional(), NumberRange(1, 1_000_000_000)])


async def _add(tx: Transaction, at: Here, _row: None, data: Data, now: datetime) -> SmtpAccount:
    return await installation.save(tx, at.deps.settings, None, data, now)


async def _edit(
    tx: Transaction, at: Here, row: SmtpAccount, data: Data, now: datetime
) -> SmtpAccount:
    if row.from_settings:
        return installation.adjust(row, data, now)
    return await installation.save(tx, at.deps.settings, row, data, now)


async def _remove(tx: Transaction, at: Here, row: SmtpAccount, _now: datetime) -> None:
    if row.from_settings and is_current(row, at.deps.settings):
        raise Conflict(COMES_BACK)
    await tx.delete(row)


def _note(row: SmtpAccount) -> str | None:
    if row.from_settings:
        return OF_SETTINGS
    return OF_OWNER if row.owner_id is not None else None


async def _on(_tx: Transaction, _at: Here, row: SmtpAccount, _now: datetime) -> None:
    row.enabled = True


async def _off(_tx: Transaction, _at: Here, row: SmtpAccount, _now: datetime) -> None:
    row.enabled = False


async def _now(_tx: Transaction, _at: Here, row: SmtpAccount, _now: datetime) -> None:
    state.clear(row)


async def _used(tx: Transaction, _at: Here, row: SmtpAccount, now: datetime) -> dict[str, Any]:
    return {"used": await use.of(tx, row, now)}


SMTP_ACCOUNTS = Resource(
    model=SmtpAccount,
    title=N_("Mail accounts"),
    one=N_("Mail account"),
    icon="server",
    group=MAIL,
    columns=("name", "host", "owner_id", "enabled", "per_day", "problem", "backing_off_until"),
    name_of=lambda row: row.name,
    search=(SmtpAccount.name, SmtpAccount.host, SmtpAccount.from_address),
    filters=("owner_id", "enabled"),
    secret=frozenset({"password"}),
    extra={
        "password": lambda row: "",
        "domain_limits": lambda row: typed.write_limits(row.domain_limits),
        "warm_up": lambda row: typed.write_plan(row.warm_up),
    },
    fields={
        "name": StringField(validators=[DataRequired()]),
        "host": StringField(validators=[DataRequired()]),
        "port": IntegerField(default=587, validators=[NumberRange(1, 65535)]),
        "security": SelectField(default="starttls"),
        "username": StringField(),
        "password": PasswordField(),
        "from_address": StringField(validators=[Checked(check_email)]),
        "from_name": StringField(),
        "priority": IntegerField(default=100, validators=[NumberRange(0, 10_000)]),
        "connections": _limit(),
        "per_second": _limit(),
        "per_hour": _limit(),
        "per_day": _limit(),
        "domain_limits": TextAreaField(validators=[Checked(typed.check_limits)]),
        "warm_up": StringField(validators=[Checked(typed.check_plan)]),
        "warm_up_from": DateField(validators=[Optional()]),
    },
    create=_add,
    edit=_edit,
    remove=_remove,
    editable=lambda row: row.owner_id is None,
    fixed=lambda row: frozenset(
        (*installation.OF_SETTINGS, "password") if row.from_settings else ()
    ),
    note=_note,
    verbs=(
        Verb("switch_off", N_("Switch off"), "x", _off, when=lambda row: row.enabled, bulk=True),
        Verb(
            "switch_on", N_("Switch on"), "check", _on, when=lambda row: not row.enabled, bulk=True
        ),
        Verb(
            "try_now",
            N_("Do not wait any longer"),
            "refresh",
            _now,
            when=lambda row: row.problem is not None,
        ),
    ),
    guarded=True,
    panel="admin/panels/account.html",
    load=_used,
    empty=N_("The account of the settings appears when a worker starts; others can be added."),
)
