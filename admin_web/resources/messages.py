"""What owners write, and every version of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from wtforms import EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from admin_web.admin.forms import Checked
from admin_web.admin.here import Here
from admin_web.admin.resource import Data, Resource, Verb
from admin_web.resources.groups import MAIL
from core.db import Transaction
from core.i18n import N_
from core.mail.layout import DEFAULT
from core.messages import service
from core.messages.models import Message, MessageFile, MessageVersion
from core.messages.rules import check_html, check_subject
from core.users import administration
from core.users.models import User

SUBJECT = (
    select(MessageVersion.subject).where(MessageVersion.id == Message.version_id).scalar_subquery()
)


async def _add(tx: Transaction, _at: Here, _row: Any, data: Data, now: datetime) -> Message:
    owner = await administration.by_email(tx, data["owner"])
    return await service.create(
        tx, owner, data["subject"], data["html"], now, layout=data["layout"]
    )


async def _edit(tx: Transaction, _at: Here, row: Message, data: Data, now: datetime) -> Message:
    owner, changes = await tx.get_one(User, row.owner_id), dict(data)
    return await service.edit(tx, owner, row.id, now, **changes)


async def _remove(tx: Transaction, _at: Here, row: Message, _now: datetime) -> None:
    await tx.delete(row)


async def _on(tx: Transaction, _at: Here, row: Message, now: datetime) -> None:
    await service.set_active(tx, await tx.get_one(User, row.owner_id), row.id, True, now)


async def _off(tx: Transaction, _at: Here, row: Message, now: datetime) -> None:
    await service.set_active(tx, await tx.get_one(User, row.owner_id), row.id, False, now)


def _layouts(at: Here) -> list[tuple[str, str]]:
    words = {"letter": at._("Letter"), "plain": at._("Plain"), "card": at._("Card")}
    return [(name, word.unescape()) for name, word in words.items()]


def subject(message: Message) -> str:
    """The present subject."""
    return message.version.subject if message.version else ""


MESSAGES = Resource(
    model=Message,
    title=N_("Messages"),
    one=N_("Message"),
    icon="message",
    group=MAIL,
    columns=("subject", "owner_id", "active", "created_at"),
    name_of=subject,
    search=(SUBJECT,),
    filters=("owner_id", "active"),
    secret=frozenset({"version_id"}),
    extra={
        "subject": subject,
        "html": lambda row: row.version.html if row.version else "",
        "layout": lambda row: row.version.layout if row.version else DEFAULT,
    },
    fields={
        "subject": StringField(validators=[Checked(check_subject)]),
        "html": TextAreaField(validators=[Checked(check_html)]),
        "layout": SelectField(default=DEFAULT),
    },
    choices={"layout": _layouts},
    only_new={"owner": EmailField(validators=[DataRequired()])},
    create=_add,
    edit=_edit,
    remove=_remove,
    verbs=(
        Verb("switch_off", N_("Switch off"), "x", _off, when=lambda row: row.active, bulk=True),
        Verb(
            "switch_on", N_("Switch on"), "check", _on, when=lambda row: not row.active, bulk=True
        ),
    ),
    panel="admin/panels/preview.html",
    empty=N_("Owners write messages in the bot; you can write one here too."),
)

FILES = Resource(
    model=MessageFile,
    title=N_("Pictures and files"),
    one=N_("File"),
    icon="article",
    group=MAIL,
    columns=("name", "message_id", "mime", "size"),
    name_of=lambda row: row.name,
    search=(MessageFile.name,),
    filters=("message_id",),
    secret=frozenset({"content"}),
    empty=N_("Pictures and documents of messages are listed here."),
)

VERSIONS = Resource(
    model=MessageVersion,
    title=N_("Versions"),
    one=N_("Version"),
    icon="versions",
    group=MAIL,
    columns=("subject", "message_id", "no", "created_at"),
    name_of=lambda row: row.subject,
    search=(MessageVersion.subject,),
    filters=("message_id",),
    panel="admin/panels/preview.html",
    empty=N_("Every change of a message is kept here as a version of its own."),
)
