"""Doing it: some hundred rows in a transaction, beside the requests of the site.

Core judges each row as if it were alone. Where one refuses, those before it are done first, then
it is passed over by itself. How far it is is written down by the same transaction, so that a deed
that was broken off, however suddenly, goes on with the very next row.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from admin_web.admin.deeds import NotNow, apply, locks
from admin_web.admin.here import Here
from admin_web.admin.live import ENDING
from admin_web.admin.many import log, matching
from admin_web.admin.many.log import Deed, Tally
from admin_web.admin.resource import Resource, Row, Verb
from core.audit.service import Named, record_all
from core.db import Transaction, clock
from core.errors import MailCenterError, NotFound
from core.tasks import Background
from core.users.models import User


@dataclass
class Pace:
    """How many rows and about how many seconds a transaction takes at most; for how long a page
    waits, so that a small deed is done when it comes."""

    most: int = 500
    seconds: float = 1.0
    patience: float = 1.0


PACE = web.AppKey("pace", Pace)
AT_WORK = web.AppKey("at work", Background)
DOING: web.AppKey[dict[str, asyncio.Task[None]]] = web.AppKey("deeds at work", dict)


@dataclass(frozen=True)
class _What:
    at: Here
    resource: Resource
    verb: Verb

    @property
    def pace(self) -> Pace:
        return self.at.request.app[PACE]


class _Refused(Exception):
    """A row refuses after so many that do not; the tally knows of it alone."""

    def __init__(self, after: int, tally: Tally) -> None:
        self.after, self.tally = after, tally


async def start(at: Here, resource: Resource, verb: Verb, id_: str) -> None:
    """Begin or go on; what is quick is done when this answers."""
    app, doing = at.request.app, at.request.app[DOING]
    if id_ not in doing:
        whole = _whole(_What(at, resource, verb), id_)
        doing[id_] = app[AT_WORK].start(whole, f"deed {id_}")
        doing[id_].add_done_callback(lambda _: doing.pop(id_))
        await asyncio.wait((doing[id_],), timeout=app[PACE].patience)


async def _whole(what: _What, id_: str) -> None:
    at = what.at
    async with at.sessions() as tx:
        deed = await log.find(tx, id_)
    most = limit = 1 if what.verb.alone else what.pace.most
    while not at.request.app[ENDING].is_set() and not await _is_over(at, deed):
        try:
            tally = await _some(what, deed, most)
        except _Refused as refused:
            if most := refused.after:
                continue
            tally = refused.tally
            await _note(at, deed, log.PART, tally)
        except (MailCenterError, DBAPIError):  # of the rows together; a deadlock, too
            if most == 1:
                raise
            most = 1
            continue
        if tally is None:
            return await _note(at, deed, log.END, deed.tally)
        most = min(2 * (tally.seen - deed.tally.seen), limit)
        deed = replace(deed, tally=tally)
    return await _note(at, deed, log.STOPPED, deed.tally)


async def _some(what: _What, deed: Deed, most: int) -> Tally | None:
    """The next rows in one transaction, and how far it is with them; None when none are left."""
    at, those, place = what.at, deed.over(what.resource), deed.tally.place
    async with at.sessions.begin() as tx:
        lock = locks(what.resource, what.verb)
        rows = await matching.after(tx, those, place, most, lock=lock)
        if not rows:
            return None
        now = await clock(tx)
        do = _together if what.verb.run_all and most > 1 else _each
        tally, done = await do(tx, what, deed.tally, rows, now)
        await record_all(tx, at.actor, what.verb.name, done, now)
        await log.note(tx, at.actor, deed, log.PART, await clock(tx), tally)
    return tally


async def _together(
    tx: Transaction, what: _What, before: Tally, rows: Sequence[Row], now: datetime
) -> tuple[Tally, list[Named]]:
    """All of the rows with the same few statements, or none: then they are done one by one."""
    resource, verb = what.resource, what.verb
    assert verb.run_all is not None  # noqa: S101  the caller looked
    fit = [row for row in rows if verb.when(row)]
    done = [resource.named(row) for row in fit]
    await verb.run_all(tx, what.at, fit, now)
    succeeded, same = before.succeeded + len(fit), before.same + len(rows) - len(fit)
    place = resource.key_of(rows[-1])
    return replace(before, succeeded=succeeded, same=same, place=place), done


async def _each(
    tx: Transaction, what: _What, before: Tally, rows: Sequence[Row], now: datetime
) -> tuple[Tally, list[Named]]:
    """As many of the rows as there is time for; _Refused at the first that refuses."""
    tally, done, end = before, list[Named](), time.monotonic() + what.pace.seconds
    for n, row in enumerate(rows):
        id_, tally = what.resource.id_of(row), replace(tally, place=what.resource.key_of(row))
        try:
            done.append(await apply(tx, what.at, what.resource, what.verb, row, now))
            tally = replace(tally, succeeded=tally.succeeded + 1)
        except NotNow:
            tally = replace(tally, same=tally.same + 1)
        except MailCenterError as error:
            raise _Refused(n, _refused(what.at, tally, id_, error)) from error
        if time.monotonic() > end:
            break
    return tally, done


def _refused(at: Here, tally: Tally, id_: str, error: MailCenterError) -> Tally:
    if isinstance(error, NotFound):  # it has gone since it was looked up
        return replace(tally, same=tally.same + 1)
    said = f"{id_}: {at._(error.text, **error.fields).unescape()}"
    why = (*tally.why, said) if len(tally.why) < log.TOLD else tally.why
    return replace(tally, refused=tally.refused + 1, why=why)


async def _is_over(at: Here, deed: Deed) -> bool:
    """Somebody stopped it, or who began it is no administrator any more."""
    async with at.sessions() as tx:
        user = await tx.get(User, at.user.id)
        allowed = user is not None and user.is_admin and not user.blocked_at
        return not allowed or (await log.find(tx, deed.id)).stopping


async def _note(at: Here, deed: Deed, action: str, tally: Tally) -> None:
    async with at.sessions.begin() as tx:
        await log.note(tx, at.actor, deed, action, await clock(tx), tally)


def keep(app: web.Application) -> None:
    """Where deeds are at work; rows in hand when the site ends are finished, the rest left."""
    app[AT_WORK], app[DOING], app[PACE] = Background(), {}, Pace()

    async def end(app: web.Application) -> None:
        if doing := list(app[DOING].values()):
            await asyncio.wait(doing, timeout=2 * app[PACE].seconds)
        await app[AT_WORK].aclose()

    app.on_cleanup.append(end)
