"""Files of clients that are too large for Telegram: taken here, gone on with in the chat."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePath

from aiohttp import BodyPartReader, web

from admin_web.pages import DEPS, render, translator_of
from core.clients import upload_links, uploads
from core.clients.table import (
    CARDS,
    MAX_BYTES,
    MAX_ROWS,
    MB,
    TEXTS,
    WORKBOOKS,
    TooLarge,
    check_file,
)
from core.clients.upload_links import Link
from core.clients.uploads import Upload
from core.db import clock
from core.errors import Conflict, Invalid, MailCenterError, NotFound, TooSoon
from core.i18n import N_, number
from core.keys import keys_for
from core.users.models import User

AT_ONCE = 4  # of a process, one of them an owner's
PATIENCE = 1800.0  # seconds that a file may be on its way
FORM = 64 * 1024  # what the form has beside the file
CHUNK = 256 * 1024

NO_FILE = N_("Please choose a file first.")
BUSY = N_("Other files are on their way just now. Please try again in a minute.")
TOO_SLOW = N_("The file did not arrive within {minutes} minutes. Please try again.")
ENDINGS = ",".join(sorted(TEXTS | WORKBOOKS | CARDS))

IN_HAND = web.AppKey("uploads in hand", Counter[int])


async def ask(request: web.Request) -> web.Response:
    """Whose list the file is for, and a form; nothing changes."""
    try:
        owner, _ = await _opened(request)
    except MailCenterError as error:
        return await _refused(request, error)
    return await _form(request, owner)


async def take(request: web.Request) -> web.Response:
    """Take the file in, look at it, hand it to the chat."""
    try:
        owner, link = await _opened(request)
    except MailCenterError as error:
        return await _refused(request, error)
    try:
        async with _room(request, owner):
            with uploads.workplace(request.app[DEPS].settings) as folder:
                upload = await _taken(request, owner, link, folder / "clients")
    except MailCenterError as error:
        return await _form(request, owner, error)
    return await render(
        request, "public/uploaded.html", name=upload.name, total=upload.seen["total"]
    )


async def _opened(request: web.Request) -> tuple[User, Link]:
    deps = request.app[DEPS]
    keys = keys_for(deps.settings, upload_links.KEY)
    async with deps.sessions() as tx:
        link = upload_links.read(request.match_info["token"], await clock(tx), *keys)
        return await uploads.owner_of(tx, link), link


async def _taken(request: web.Request, owner: User, link: Link, path: Path) -> Upload:
    if (request.content_length or 0) > MAX_BYTES + FORM:
        raise TooLarge(request.content_length or 0)
    try:
        async with asyncio.timeout(PATIENCE):
            name = await _received(request, path)
    except TimeoutError as error:
        raise TooSoon(TOO_SLOW, minutes=int(PATIENCE // 60)) from error
    return await uploads.take_in(request.app[DEPS].sessions, owner, link, name, path)


async def _received(request: web.Request, path: Path) -> str:
    """Stream the form's file to disk; its name."""
    if not request.content_type.startswith("multipart/"):
        raise Invalid(NO_FILE)
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "file" and part.filename:
            name = PurePath(part.filename.replace("\0", "")).name[-100:] or "?"
            check_file(name, 0)
            await _written(part, path)
            return name
    raise Invalid(NO_FILE)


async def _written(part: BodyPartReader, path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        while chunk := await part.read_chunk(CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise TooLarge(size)
            await asyncio.to_thread(file.write, chunk)


@asynccontextmanager
async def _room(request: web.Request, owner: User) -> AsyncIterator[None]:
    """A place among the few files that come in at once."""
    in_hand = request.app[IN_HAND]
    if in_hand[owner.id] or in_hand.total() >= AT_ONCE:
        raise TooSoon(BUSY)
    in_hand[owner.id] += 1
    try:
        yield
    finally:
        del in_hand[owner.id]


async def _form(
    request: web.Request, owner: User, error: MailCenterError | None = None
) -> web.Response:
    statuses = {TooLarge: 413, Invalid: 422, TooSoon: 429}
    status = statuses.get(type(error), 400) if error else 200
    return await render(
        request,
        "public/upload.html",
        status=status,
        owner=owner,
        error=error,
        megabytes=MAX_BYTES // MB,
        rows=number(MAX_ROWS, translator_of(request).locale),
        endings=ENDINGS,
    )


async def _refused(request: web.Request, error: MailCenterError) -> web.Response:
    status = 404 if isinstance(error, NotFound) else 410 if isinstance(error, Conflict) else 400
    return await render(request, "public/upload_refused.html", status=status, error=error)


def keep(app: web.Application) -> None:
    """Count the files that come in."""
    app[IN_HAND] = Counter()


routes = [web.get("/upload/{token}", ask), web.post("/upload/{token}", take)]
