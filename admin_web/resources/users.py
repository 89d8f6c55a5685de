"""Users and the Telegram chats they speak from."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from wtforms import BooleanField, EmailField, IntegerField, SelectField, StringField
from wtforms.validators import NumberRange, Optional

from admin_web.admin.forms import Checked, quiet_of, read_quiet
from admin_web.admin.here import Here
from admin_web.admin.resource import Data, Resource, Verb
from admin_web.resources.groups import PEOPLE
from core.administration.service import MOST_A_DAY
from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_
from core.letters import requests
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.scheduling.models import Schedule
from core.second_factor import service as second_factor
from core.sessions.administrators import PURPOSE
from core.users import administration, admission
from core.users.fields import check_email, check_phone
from core.users.models import TelegramAccount, User
from core.users.rules import check_name

YOURSELF = N_("That cannot be done to oneself.")
NO_CODE = N_("This user signs in without a code.")


def _phone(typed: str) -> str:
    return check_phone(typed).number if typed.strip() else ""


async def _add(tx: Transaction, _at: Here, _row: Any, data: Data, now: datetime) -> User:
    user = await administration.add(tx, data, now)
    _put(user, data)
    return user


async def _edit(tx: Transaction, _at: Here, row: User, data: Data, now: datetime) -> User:
    _put(row, data)
    return await administration.edit(tx, row, data, now)


def _put(user: User, data: Data) -> None:
    quiet = data["quiet"]
    user.quiet_from, user.quiet_to = (quiet.start, quiet.end) if quiet else (None, None)
    user.daily_quota = data["daily_quota"]


async def _remove(tx: Transaction, at: Here, row: User, _now: datetime) -> None:
    _not_oneself(at, row)
    theirs = select(Mailing.id).where(Mailing.owner_id == row.id)
    of_mailings = Schedule.object_type == Mailing.__tablename__
    await tx.execute(delete(Schedule).where(of_mailings, Schedule.object_id.in_(theirs)))
    await tx.delete(row)


async def _block(tx: Transaction, at: Here, row: User, now: datetime) -> None:
    _not_oneself(at, row)
    await mailings.block_owner(tx, at.user, row.id, now)


async def _unblock(tx: Transaction, _at: Here, row: User, _now: datetime) -> None:
    await mailings.unblock_owner(tx, row.id)


async def _let_in(tx: Transaction, _at: Here, row: User, _now: datetime) -> None:
    await admission.revise(tx, row.id, "approved")


async def _keep_out(tx: Transaction, _at: Here, row: User, _now: datetime) -> None:
    await admission.revise(tx, row.id, "refused")


async def _promote(_tx: Transaction, _at: Here, row: User, _now: datetime) -> None:
    row.is_admin = True


async def _demote(tx: Transaction, at: Here, row: User, _now: datetime) -> None:
    _not_oneself(at, row)
    await administration.demote(tx, row)


async def _invite(tx: Transaction, _at: Here, row: User, now: datetime) -> None:
    await requests.request(tx, row, PURPOSE, now)


async def _without_code(tx: Transaction, at: Here, row: User, _now: datetime) -> None:
    _not_oneself(at, row)
    if not await second_factor.remove(tx, row.id):
        raise Conflict(NO_CODE)


def _not_oneself(at: Here, row: User) -> None:
    if row.id == at.user.id:
        raise Conflict(YOURSELF)


async def _unlink(_tx: Transaction, _at: Here, row: TelegramAccount, _now: datetime) -> None:
    row.user_id = None


USERS = Resource(
    model=User,
    title=N_("Users"),
    one=N_("User"),
    icon="users",
    group=PEOPLE,
    columns=("name", "email", "country", "admission", "is_admin", "blocked_at", "created_at"),
    name_of=lambda row: row.name,
    search=(User.name, User.email, User.phone),
    filters=("admission", "is_admin", "blocked_at", "email_confirmed_at", "country", "locale"),
    sorts=("name", "email", "created_at", "blocked_at"),
    extra={
        "confirmed": lambda row: row.email_confirmed_at is not None,
        "quiet": quiet_of,
    },
    unlisted=frozenset({"confirmed", "quiet"}),
    fields={
        "name": StringField(validators=[Checked(check_name)]),
        "email": EmailField(validators=[Checked(check_email)]),
        "confirmed": BooleanField(default=False),
        "phone": StringField(validators=[Checked(_phone)]),
        "country": SelectField(default="RU"),
        "timezone": SelectField(default="Europe/Moscow"),
        "locale": SelectField(default="ru"),
        "quiet": StringField(validators=[Checked(read_quiet)]),
        "daily_quota": IntegerField(validators=[Optional(), NumberRange(1, MOST_A_DAY)]),
    },
    create=_add,
    edit=_edit,
    remove=_remove,
    verbs=(
        Verb(
            "approved",
            N_("Let in"),
            "check",
            _let_in,
            when=lambda row: row.admission != "approved",
            bulk=True,
        ),
        Verb(
            "refused",
            N_("Do not let in"),
            "x",
            _keep_out,
            when=lambda row: row.admission == "waiting",
            ask=N_("The user is told that nothing can be sent. You can let them in later."),
            bulk=True,
        ),
        Verb(
            "block",
            N_("Suspend"),
            "lock",
            _block,
            when=lambda row: row.blocked_at is None,
            ask=N_("The user is signed out, and all their active mailings are frozen."),
            danger=True,
            bulk=True,
            alone=True,
        ),
        Verb(
            "unblock",
            N_("Lift the suspension"),
            "lock-open",
            _unblock,
            when=lambda row: row.blocked_at is not None,
            bulk=True,
            alone=True,
        ),
        Verb(
            "promote",
            N_("Make administrator"),
            "user-shield",
            _promote,
            when=lambda row: not row.is_admin and row.blocked_at is None,
            ask=N_("An administrator sees and may change everything on this site."),
            guarded=True,
        ),
        Verb(
            "invite",
            N_("Send password letter"),
            "mail",
            _invite,
            when=lambda row: row.is_admin and row.blocked_at is None,
            guarded=True,
        ),
        Verb(
            "demote",
            N_("Take administrator’s rights"),
            "user",
            _demote,
            when=lambda row: row.is_admin,
            ask=N_("The user will not be able to open this site any more."),
            danger=True,
            guarded=True,
        ),
        Verb(
            "code_off",
            N_("Turn sign-in by code off"),
            "shield-lock",
            _without_code,
            when=lambda row: row.is_admin,
            ask=N_("For who has lost the phone and the recovery codes: the password is enough."),
            danger=True,
            guarded=True,
        ),
    ),
    guarded=True,
    empty=N_("Users appear here when they register in the bot, or when you add them."),
)

ACCOUNTS = Resource(
    model=TelegramAccount,
    title=N_("Telegram accounts"),
    one=N_("Telegram account"),
    icon="brand-telegram",
    group=PEOPLE,
    columns=("telegram_id", "user_id", "locale", "blocked_at", "created_at"),
    filters=("user_id", "blocked_at", "locale"),
    sorts=("created_at",),
    verbs=(
        Verb(
            "unlink",
            N_("Unlink from the user"),
            "logout",
            _unlink,
            when=lambda row: row.user_id is not None,
            ask=N_("The person has to sign in again in this chat; nothing of theirs is deleted."),
            danger=True,
        ),
    ),
    empty=N_("Nobody has written to the bot yet."),
)
