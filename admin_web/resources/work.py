"""The service's own work: jobs, its letters and their tokens, updates from Telegram."""

from datetime import datetime, timedelta
from typing import Any

from admin_web.admin.here import Here
from admin_web.admin.resource import GROWING, Resource, Verb
from admin_web.resources.groups import SERVICE
from core.db import Transaction
from core.i18n import N_
from core.jobs.models import Job
from core.jobs.retry import drop, retry
from core.letters.models import EmailToken, Letter
from core.updates.models import TelegramUpdate


async def _retry(tx: Transaction, _at: Here, row: Job, now: datetime) -> None:
    await retry(tx, row.id, now)


async def _drop(tx: Transaction, _at: Here, row: Job, _now: datetime) -> None:
    await drop(tx, row.id)


async def _revoke(_tx: Transaction, _at: Here, row: EmailToken, now: datetime) -> None:
    row.used_at = now


SECRET = ("token", "password", "code", "secret", "key")


def without_secrets(args: Any) -> Any:
    """A job's arguments; they are ids, but one that calls itself a secret is not shown."""
    if not isinstance(args, dict):
        return args
    return {
        name: "•••" if any(word in name.lower() for word in SECRET) else without_secrets(value)
        for name, value in args.items()
    }


def _took(row: Job) -> timedelta | None:
    if row.started_at and row.finished_at and row.finished_at >= row.started_at:
        return row.finished_at - row.started_at
    return None


JOBS = Resource(
    model=Job,
    title=N_("Jobs"),
    one=N_("Job"),
    icon="list-check",
    group=SERVICE,
    columns=("job", "queue", "status", "attempts", "error", "created_at", "duration"),
    name_of=lambda row: f"{row.task.rpartition('.')[2]} № {row.id}",
    search=(Job.task, Job.error, Job.key),
    slice=GROWING,
    indexed=frozenset({"status"}),
    filters=("status", "queue"),
    extra={
        "job": lambda row: row.task.rpartition(".")[2],
        "args": lambda row: without_secrets(row.args),
        "duration": _took,
    },
    unlisted=frozenset({"job"}),
    verbs=(
        Verb(
            "retry",
            N_("Do it again now"),
            "refresh",
            _retry,
            when=lambda row: row.status in ("failed", "queued"),
            bulk=True,
        ),
        Verb(
            "drop",
            N_("Drop"),
            "trash",
            _drop,
            when=lambda row: row.status != "running",
            ask=N_("The job is forgotten. What it was for is not done."),
            danger=True,
            bulk=True,
        ),
    ),
    empty=N_("Workers have had nothing to do yet."),
)

LETTERS = Resource(
    model=Letter,
    title=N_("Service letters"),
    one=N_("Service letter"),
    icon="mail",
    group=SERVICE,
    columns=("recipient", "purpose", "status", "smtp_code", "printed", "created_at"),
    name_of=lambda row: row.recipient,
    search=(Letter.recipient, Letter.name),
    slice=GROWING,
    filters=("status", "purpose", "user_id", "printed"),
    empty=N_("Confirmations, sign-in codes and password letters are listed here."),
)

TOKENS = Resource(
    model=EmailToken,
    title=N_("Tokens"),
    one=N_("Token"),
    icon="key",
    group=SERVICE,
    columns=("email", "purpose", "user_id", "tries", "created_at", "expires_at", "used_at"),
    name_of=lambda row: f"{row.email} № {row.id}",
    search=(EmailToken.email,),
    slice=GROWING,
    filters=("purpose", "user_id", "used_at"),
    secret=frozenset({"token_hash", "code_hash"}),
    verbs=(
        Verb("revoke", N_("Revoke"), "x", _revoke, when=lambda row: row.used_at is None, bulk=True),
    ),
    empty=N_("A token is made with every letter that proves an address."),
)

UPDATES = Resource(
    model=TelegramUpdate,
    title=N_("Telegram updates"),
    one=N_("Telegram update"),
    icon="inbox",
    group=SERVICE,
    columns=("update_id", "sender_id", "received_at", "applied_at", "done_at"),
    slice=GROWING,
    indexed=frozenset({"done_at"}),
    filters=("sender_id", "done_at"),
    secret=frozenset({"payload"}),
    empty=N_("Nothing has come from Telegram yet."),
)
