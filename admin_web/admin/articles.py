"""What the editor of articles has beside its form: the live preview and the picture."""

import asyncio
from typing import Any

from aiohttp import web

from admin_web.admin.gate import ROOT, redirect
from admin_web.admin.here import Here, here
from admin_web.admin.views import row_of
from admin_web.resources.articles import ARTICLES
from core.articles import pictures, service
from core.articles.body import LONGEST, html_of
from core.articles.models import Article
from core.articles.pictures import NewPicture
from core.audit import service as audit
from core.db import clock
from core.errors import Invalid
from core.i18n import N_

NO_FILE = N_("Choose a picture first.")


async def preview(request: web.Request) -> web.Response:
    """What was typed so far, as readers would see it; nothing is kept."""
    form = await request.post()
    typed = {name: str(form.get(name, ""))[:LONGEST] for name in ("title", "summary", "body")}
    html = await asyncio.to_thread(html_of, typed["body"])
    return await here(request).page("admin/panels/article_preview.html", typed=typed, html=html)


async def set_picture(request: web.Request) -> web.Response:
    """The uploaded picture, read and encoded anew, becomes the article's."""
    at, error = here(request), None
    try:
        row = await _change(at, await _uploaded(request))
    except Invalid as refused:
        error = refused
        async with at.sessions() as tx:
            row = await row_of(tx, ARTICLES, request)
    return await _picture(at, row, error)


async def drop_picture(request: web.Request) -> web.Response:
    """The article has no picture any more."""
    at = here(request)
    return await _picture(at, await _change(at, None))


async def _uploaded(request: web.Request) -> NewPicture:
    file = (await request.post()).get("picture")
    if not isinstance(file, web.FileField):
        raise Invalid(NO_FILE)
    content = await asyncio.to_thread(file.file.read, pictures.LARGEST + 1)
    return await asyncio.to_thread(pictures.fit, file.filename, content)


async def _change(at: Here, new: NewPicture | None) -> Article:
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        row: Article = await row_of(tx, ARTICLES, at.request, lock=True)
        await service.set_picture(tx, row, new, now)
        named = (ARTICLES.name, row.id, row.title)
        await audit.record(tx, at.actor, "set_picture" if new else "drop_picture", named, now)
    return row


async def _picture(at: Here, row: Article, error: Invalid | None = None) -> web.Response:
    """The part of the page; for a browser without scripts the whole editor."""
    values: dict[str, Any] = {"row": row, "error": error, "resource": ARTICLES}
    if at.request.headers.get("HX-Request") == "true":
        return await at.page("admin/panels/article_picture.html", **values)
    if error is None:
        return redirect(f"{ROOT}/{ARTICLES.name}/{row.id}/edit")
    return await at.page("admin/article_picture.html", status=422, **values)


PICTURE = ROOT + r"/articles/{id:\d{1,18}}/picture"
routes = [
    web.post(f"{ROOT}/articles/preview", preview),
    web.post(PICTURE, set_picture),
    web.post(PICTURE + "/drop", drop_picture),
]
