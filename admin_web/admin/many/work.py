"""Doing it: row after row, each in a transaction of its own, beside the requests of the site."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from aiohttp import web

from admin_web.admin import keys
from admin_web.admin.deeds import NotNow, carry_out
from admin_web.admin.here import Here
from admin_web.admin.live import ENDING
from admin_web.admin.many import log, matching
from admin_web.admin.many.log import Deed, Tally
from admin_web.admin.resource import Resource, Verb
from core.db import clock
from core.errors import MailCenterError, NotFound
from core.tasks import Background
from core.users.models import User


@dataclass
class Pace:
    """How often it is looked whether a deed is to go on, and noted how far it is; for how long a
    page waits, so that a small deed is done when it comes; how many rows are looked up at once."""

    every: float = 2.0
    patience: float = 1.0
    slice: int = 100


PACE = web.AppKey("pace", Pace)
AT_WORK = web.AppKey("at work", Background)
DOING: web.AppKey[dict[str, asyncio.Task[None]]] = web.AppKey("deeds at work", dict)


async def start(at: Here, resource: Resource, verb: Verb, id_: str) -> None:
    """Begin or go on; what is quick is done when this answers."""
    app, doing = at.request.app, at.request.app[DOING]
    if id_ not in doing:
        doing[id_] = app[AT_WORK].start(_whole(at, resource, verb, id_), f"deed {id_}")
        doing[id_].add_done_callback(lambda _: doing.pop(id_))
        await asyncio.wait((doing[id_],), timeout=app[PACE].patience)


async def _whole(at: Here, resource: Resource, verb: Verb, id_: str) -> None:
    async with at.sessions() as tx:
        deed = await log.find(tx, id_)
    every = at.request.app[PACE].every
    tally, told = deed.tally, time.monotonic()
    async for row in _rows(at, deed, resource):
        tally = replace(await _one(at, resource, verb, row, tally), place=row)
        if time.monotonic() - told > every:
            await _note(at, deed, log.PART, tally)
            told = time.monotonic()
            if await _is_over(at, deed):
                break
        if at.request.app[ENDING].is_set():
            break
    else:
        return await _note(at, deed, log.END, tally)
    return await _note(at, deed, log.STOPPED, tally)


async def _rows(at: Here, deed: Deed, resource: Resource) -> AsyncIterator[tuple[object, ...]]:
    """Keys from where it stands, no transaction held while they are worked."""
    those, place, most = deed.over(resource), deed.tally.place, at.request.app[PACE].slice
    while True:
        async with at.sessions() as tx:
            found = await matching.after(tx, those, place, most)
        for row in found:
            yield row
        if not found:
            return
        place = found[-1]


async def _one(
    at: Here, resource: Resource, verb: Verb, row: tuple[object, ...], tally: Tally
) -> Tally:
    id_ = "-".join(keys.written(part) for part in row)
    try:
        await carry_out(at, resource, verb, id_)
    except (NotNow, NotFound):
        return replace(tally, same=tally.same + 1)
    except MailCenterError as error:
        said = f"{id_}: {at._(error.text, **error.fields).unescape()}"
        why = (*tally.why, said) if len(tally.why) < log.TOLD else tally.why
        return replace(tally, refused=tally.refused + 1, why=why)
    return replace(tally, succeeded=tally.succeeded + 1)


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
    """Where deeds are at work; what is in hand when the site ends is finished, the rest left."""
    app[AT_WORK], app[DOING], app[PACE] = Background(), {}, Pace()

    async def end(app: web.Application) -> None:
        if doing := list(app[DOING].values()):
            await asyncio.wait(doing, timeout=app[PACE].every)
        await app[AT_WORK].aclose()

    app.on_cleanup.append(end)
