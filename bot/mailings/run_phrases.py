"""A run in words and numbers."""

from datetime import datetime

from markupsafe import Markup

from core.i18n import N_, Translator, number
from core.mailings.ledger import RunView
from core.scheduling.phrases import bar, duration, moment

GOING = N_("Now No. {no}: {bar} {done} of {total}")
STOPPED = N_("No. {no}: {bar} {done} of {total}")
SHOWN = ("sent", "deferred", "failed", "uncertain", "skipped")
SKIPPED = {
    "overlap": N_("No. {no}, {when}: left out, the sending before was still going on"),
    "frozen": N_("No. {no}, {when}: left out, the mailing was frozen"),
    "message_inactive": N_("No. {no}, {when}: left out, the message is inactive"),
    "missed": N_("No. {no}, {when}: left out, the date had passed"),
    "nobody": N_("No. {no}, {when}: there was nobody to write to"),
}
SKIPPED_OTHERWISE = N_("No. {no}, {when}: left out")


def going_run(_: Translator, run: RunView, now: datetime, *, stopped: bool) -> list[Markup]:
    """“Now No. 3: ▰▰▰▱ 61 of 201 · 30 a minute · 5 min left” and the outcomes so far."""
    if run.status == "preparing":
        return [_("Now No. {no}: writing down the recipients", no=run.no)]
    progress = bar(run.settled / run.total if run.total else 1.0)
    text = STOPPED if stopped else GOING
    done, total = number(run.settled, _.locale), number(run.total, _.locale)
    line = _(text, no=run.no, bar=progress, done=done, total=total)
    parts = [line, *([] if stopped else _speed(_, run, now))]
    return [Markup(" · ").join(parts), *outcomes(_, run)]


def finished_run(_: Translator, run: RunView, zone: str, now: datetime) -> list[Markup]:
    """What became of the last run."""
    when = moment(run.due_at, zone, _, now)
    if run.skipped_because:
        text = SKIPPED.get(run.skipped_because, SKIPPED_OTHERWISE)
        return [_(text, no=run.no, when=when)]
    sent = run.counts.get("sent", 0)
    line = _(
        "No. {no}, {when}: {sent} of {total} sent",
        no=run.no,
        when=when,
        sent=number(sent, _.locale),
        total=number(run.total, _.locale),
    )
    return [line, *(outcomes(_, run) if sent < run.total or run.counts.get("skipped") else [])]


def outcomes(_: Translator, run: RunView) -> list[Markup]:
    """“58 sent · 2 to be tried again · 1 not delivered”; a line, or none."""
    n = {status: run.counts.get(status, 0) for status in SHOWN}
    said = {
        "sent": _.plural("{n} sent", "{n} sent", n["sent"]),
        "deferred": _.plural("{n} to be tried again", "{n} to be tried again", n["deferred"]),
        "failed": _.plural("{n} not delivered", "{n} not delivered", n["failed"]),
        "uncertain": _.plural("{n} unclear", "{n} unclear", n["uncertain"]),
        "skipped": _.plural("{n} left out", "{n} left out", n["skipped"]),
    }
    parts = [text for status, text in said.items() if n[status]]
    return [Markup(" · ").join(parts)] if parts else []


def _speed(_: Translator, run: RunView, now: datetime) -> list[Markup]:
    rate, left = run.per_minute(now), run.time_left(now)
    if not rate:
        return []
    speed = _.plural("{n} a minute", "{n} a minute", rate)
    return [speed, *([_("{left} left", left=duration(left, _))] if left else [])]
