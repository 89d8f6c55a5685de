"""Mailings with their schedules, runs and the ledger of deliveries."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import EmailField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, NumberRange

from admin_web.admin.forms import Checked, quiet_of, read_quiet
from admin_web.admin.here import Here
from admin_web.admin.resource import Data, Resource, Verb
from admin_web.resources import unsettled
from admin_web.resources.groups import MAIL
from core.db import Transaction
from core.delivery.models import Delivery, PastOutcome, Run
from core.delivery.press import Press
from core.delivery.queries import progress
from core.i18n import N_
from core.mailings import approval, deciding, queries, service
from core.mailings.models import Mailing, SavedSegment
from core.mailings.queries import subject_of
from core.mailings.quiet import Quiet, Window
from core.messages.models import Message, MessageVersion
from core.scheduling.models import Schedule
from core.scheduling.moments import read_moment
from core.scheduling.phrases import describe
from core.scheduling.repeats import read_repeat
from core.users import administration
from core.users.models import User

SUBJECT = (
    select(MessageVersion.subject)
    .join(Message, Message.version_id == MessageVersion.id)
    .where(Message.id == Mailing.message_id)
    .scalar_subquery()
)


async def _accept(tx: Transaction, _at: Here, _row: Any, data: Data, now: datetime) -> Mailing:
    owner = await administration.by_email(tx, data["owner"])
    rule = read_repeat(data["repeat"])
    start = read_moment(data["start"], owner.timezone, now)
    quiet = data["quiet"] or Quiet.of(owner.quiet_from, owner.quiet_to)
    whom = ("all", None)
    return await service.accept(
        tx, owner, data["message_id"], *whom, rule, start, now, window=Window(quiet)
    )


async def _change(tx: Transaction, at: Here, row: Mailing, data: Data, now: datetime) -> Mailing:
    owner = await tx.get_one(User, row.owner_id)
    rule = read_repeat(data["repeat"]) if data["repeat"] else None
    start = read_moment(data["start"], owner.timezone, now) if data["start"] else None
    message = data["message_id"] if data["message_id"] != row.message_id else None
    window = replace(Window.of(row), quiet=data["quiet"])
    return await service.change(
        tx,
        at.user,
        row.id,
        now,
        message_id=message,
        recurrence=rule,
        start_at=start,
        window=window,
    )


async def _approve(tx: Transaction, at: Here, row: Mailing, now: datetime) -> None:
    await deciding.approve(tx, at.user, row.id, now)


async def _decline(tx: Transaction, at: Here, row: Mailing, now: datetime) -> None:
    await deciding.decline(tx, at.user, row.id, now)


async def _freeze(tx: Transaction, at: Here, row: Mailing, now: datetime) -> None:
    await service.freeze(tx, at.user, row.id, now)


async def _unfreeze(tx: Transaction, at: Here, row: Mailing, now: datetime) -> None:
    await service.unfreeze(tx, at.user, row.id, now)


async def _finish(tx: Transaction, at: Here, row: Mailing, now: datetime) -> None:
    await service.finish(tx, at.user, row.id, now)


async def _delete(tx: Transaction, at: Here, row: Mailing, now: datetime) -> None:
    await service.delete(tx, at.user, row.id, now)


async def _forget(tx: Transaction, _at: Here, row: SavedSegment, _now: datetime) -> None:
    await tx.delete(row)


def _has_begun(row: Run) -> bool:
    return row.status != "preparing" and row.skipped_because is None


async def _edit_schedule(
    _tx: Transaction, _at: Here, row: Schedule, data: Data, _now: datetime
) -> Schedule:
    row.missed = data["missed"]
    return row


async def _card(tx: Transaction, at: Here, row: Mailing, now: datetime) -> dict[str, Any]:
    card = await queries.view(tx, row, now)
    words = describe(card.recurrence, card.start_at, card.timezone, at._)
    waiting = await unsettled.load(tx, row, unsettled.of_mailing, now)
    return {"card": card, "words": words, **waiting}


async def _progress(tx: Transaction, _at: Here, row: Run, now: datetime) -> dict[str, Any]:
    waiting = await unsettled.load(tx, row, unsettled.of_run, now)
    return {"progress": await progress(tx, row.id, now), **waiting}


async def _message_id(_tx: Transaction, at: Here, row: Delivery, _now: datetime) -> dict[str, Any]:
    return {"message_id": Press(at.deps.settings, row.run_id).message_id(row.client_id)}


MAILINGS = Resource(
    model=Mailing,
    title=N_("Mailings"),
    one=N_("Mailing"),
    icon="send",
    group=MAIL,
    columns=("subject", "owner_id", "status", "audience", "accepted_at", "hidden_at"),
    name_of=subject_of,
    search=(SUBJECT,),
    filters=("status", "owner_id", "message_id", "hidden_at"),
    options=(joinedload(Mailing.message),),
    extra={
        "subject": subject_of,
        "repeat": lambda row: "",
        "start": lambda row: "",
        "quiet": quiet_of,
    },
    unlisted=frozenset({"repeat", "start", "quiet"}),
    fields={
        "message_id": IntegerField(validators=[DataRequired(), NumberRange(1, 2**63 - 1)]),
        "start": StringField(),
        "repeat": StringField(),
        "quiet": StringField(validators=[Checked(read_quiet)]),
    },
    only_new={"owner": EmailField(validators=[DataRequired()])},
    create=_accept,
    edit=_change,
    editable=lambda row: row.status != "finished",
    remove=_delete,
    keeps_ledger=True,
    verbs=(
        Verb(
            "approve",
            N_("Approve"),
            "check",
            _approve,
            when=lambda row: row.held_because == approval.WAITING,
            bulk=True,
            alone=True,
        ),
        Verb(
            "decline",
            N_("Decline"),
            "x",
            _decline,
            when=lambda row: row.held_because == approval.WAITING,
            ask=N_("The mailing is finished before it began, and its owner is told."),
            danger=True,
        ),
        Verb(
            "freeze",
            N_("Freeze"),
            "snowflake",
            _freeze,
            when=lambda row: row.status == "active",
            bulk=True,
            alone=True,
        ),
        Verb(
            "unfreeze",
            N_("Go on"),
            "player-play",
            _unfreeze,
            when=lambda row: row.status == "frozen" and row.held_because != approval.WAITING,
            bulk=True,
            alone=True,
        ),
        Verb(
            "finish",
            N_("Finish"),
            "player-stop",
            _finish,
            when=lambda row: row.status != "finished",
            ask=N_("It stops for good: whoever still waits for the letter will not get it."),
            danger=True,
            bulk=True,
            alone=True,
        ),
        *unsettled.verbs(
            unsettled.of_mailing,
            unsettled.MANY,
            lambda row: row.hidden_at is None,
            lambda row: row.hidden_at is None,
            in_panel=True,
        ),
    ),
    panel="admin/panels/mailing.html",
    load=_card,
    empty=N_("Owners start mailings in the bot; you can start one for an owner here too."),
)

SCHEDULES = Resource(
    model=Schedule,
    title=N_("Schedules"),
    one=N_("Schedule"),
    icon="calendar-repeat",
    group=MAIL,
    columns=("object_type", "object_id", "next_at", "paused", "done", "timezone"),
    filters=("object_type", "object_id", "paused", "next_at"),
    sorts=("next_at",),
    fields={"missed": SelectField()},
    edit=_edit_schedule,
    empty=N_("Every mailing has a schedule; there are no mailings yet."),
)

RUNS = Resource(
    model=Run,
    title=N_("Sendings"),
    one=N_("Sending"),
    icon="player-play",
    group=MAIL,
    columns=("id", "mailing_id", "no", "status", "due_at", "finished_at", "skipped_because"),
    filters=("mailing_id", "status"),
    name_of=lambda row: f"№ {row.id}",
    verbs=unsettled.verbs(unsettled.of_run, unsettled.MANY, _has_begun, _has_begun, in_panel=True),
    panel="admin/panels/run.html",
    load=_progress,
    empty=N_("A sending appears when the date of a mailing comes."),
)

SEGMENTS = Resource(
    model=SavedSegment,
    title=N_("Segments"),
    one=N_("Segment"),
    icon="filter",
    group=MAIL,
    columns=("name", "owner_id", "rule", "created_at"),
    name_of=lambda row: row.name,
    search=(SavedSegment.name,),
    filters=("owner_id",),
    remove=_forget,
    empty=N_("Owners keep rules for choosing clients in the bot."),
)

DECISIONS = Resource(
    model=PastOutcome,
    title=N_("Decisions"),
    one=N_("Decision"),
    icon="check",
    group=MAIL,
    columns=("run_id", "client_id", "status", "decision", "decided_by", "decided_at"),
    filters=("run_id", "client_id", "decision", "decided_by"),
    empty=N_("What was decided about undelivered and unclear letters is kept here."),
)

DELIVERIES = Resource(
    model=Delivery,
    title=N_("Deliveries"),
    one=N_("Delivery"),
    icon="list-details",
    group=MAIL,
    columns=("email", "run_id", "status", "smtp_code", "smtp_text", "settled_at"),
    name_of=lambda row: row.email,
    filters=("run_id", "status"),
    slice=25_000,
    secret=frozenset({"claim"}),
    verbs=unsettled.verbs(
        unsettled.of_delivery,
        unsettled.ONE,
        lambda row: row.status == "failed",
        lambda row: row.status == "uncertain",
        in_panel=False,
    ),
    panel="admin/panels/delivery.html",
    load=_message_id,
    empty=N_("The ledger fills when the first mailing runs."),
)
