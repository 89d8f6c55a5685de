"""What is decided about letters that failed or are uncertain: of a run, of the last run of a
mailing, or one of them. Core keeps what was known before, so that nothing is lost by it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from admin_web.admin.here import Here
from admin_web.admin.resource import Row, Run, Verb
from core.db import Transaction
from core.delivery import resolve
from core.delivery.models import Run as MailingRun
from core.delivery.queries import progress
from core.errors import Conflict
from core.i18n import N_

What = Literal["retry_failed", "send_again", "count_as_sent"]
Which = tuple[int, int | None]  # a run, and one client of it or all
Find = Callable[[Transaction, Row], Awaitable[Which]]

NO_RUN = N_("This mailing has not been sent yet.")
NONE_FAILED = N_("There is no undelivered letter here.")
NONE_UNCERTAIN = N_("There is no unclear letter here.")
MANY = {
    "retry_failed": N_("Those whom the server refused are sent the letter once more."),
    "send_again": N_("Some of them may get the letter twice."),
    "count_as_sent": N_(
        "Nothing is sent to those of whom it is not known whether they got the letter."
    ),
}
ONE = {
    "retry_failed": N_(
        "The server refused this letter. It goes back into its sending and is sent once more; "
        "what the server said before is kept under Decisions."
    ),
    "send_again": N_(
        "The connection broke off before the server answered, so the letter may have arrived. "
        "Sent again it may arrive twice, both times with the same Message-ID."
    ),
    "count_as_sent": N_(
        "Nothing is sent. The letter counts as sent, and that a person decided it stays to be seen."
    ),
}


async def of_run(_tx: Transaction, row: Row) -> Which:
    """All of a run."""
    return row.id, None


async def of_delivery(_tx: Transaction, row: Row) -> Which:
    """One client of a run."""
    return row.run_id, row.client_id


async def of_mailing(tx: Transaction, row: Row) -> Which:
    """All of the run that a mailing began last; Conflict when there is none."""
    mine = (MailingRun.mailing_id == row.id, MailingRun.skipped_because.is_(None))
    begun = select(MailingRun.id).where(*mine, MailingRun.status != "preparing")
    found = await tx.scalar(begun.order_by(MailingRun.no.desc()).limit(1))
    if found is None:
        raise Conflict(NO_RUN)
    return found, None


async def load(tx: Transaction, row: Row, find: Find, now: datetime) -> dict[str, Any]:
    """How many letters wait for a decision, for the panel."""
    try:
        run_id, _ = await find(tx, row)
    except Conflict:
        return {"unsettled": {}}
    counts = (await progress(tx, run_id, now)).counts
    waiting = {name: counts[name] for name in ("failed", "uncertain") if counts.get(name)}
    return {"unsettled": waiting, "unsettled_run": run_id}


def verbs(
    find: Find,
    asks: dict[str, str],
    failed: Callable[[Row], bool],
    uncertain: Callable[[Row], bool],
    *,
    in_panel: bool,
) -> tuple[Verb, ...]:
    """Try again, send again, count as sent; each where there may be something to decide."""

    def verb(name: What, label: str, icon: str, when: Callable[[Row], bool]) -> Verb:
        danger = name == "send_again"
        run = _deed(find, name)
        return Verb(name, label, icon, run, when, asks[name], danger, in_panel=in_panel)

    again = N_("Try the undelivered again") if in_panel else N_("Send once more")
    doubled = N_("Send to the unclear again") if in_panel else N_("Send again")
    counted = N_("Count the unclear as sent") if in_panel else N_("Count as sent")
    return (
        verb("retry_failed", again, "refresh", failed),
        verb("send_again", doubled, "send", uncertain),
        verb("count_as_sent", counted, "check", uncertain),
    )


def _deed(find: Find, what: What) -> Run:
    async def decide(tx: Transaction, at: Here, row: Row, now: datetime) -> None:
        run_id, client_id = await find(tx, row)
        if what == "retry_failed":
            n = await resolve.retry_failed(tx, at.user, run_id, now, client_id=client_id)
        else:
            n = await resolve.resolve_uncertain(tx, at.user, run_id, what, now, client_id=client_id)
        if not n:
            raise Conflict(NONE_FAILED if what == "retry_failed" else NONE_UNCERTAIN)

    return decide
