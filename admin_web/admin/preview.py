"""A message as a mail program would draw it: in a frame that can do nothing."""

import re
from email import message_from_bytes
from email.policy import default

from aiohttp import web
from sqlalchemy import select

from admin_web.admin.gate import ROOT
from admin_web.admin.here import here
from admin_web.admin.views import row_of
from admin_web.resources.mailings import DELIVERIES
from core.delivery.claims import Row
from core.delivery.press import Press
from core.errors import NotFound
from core.messages.models import Message, MessageVersion

LINK = re.compile(r"/u/[\w=-]+")  # it would unsubscribe the client
# Styles and pictures of the mail, nothing else; not even a link leads anywhere.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; sandbox; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def framed(html: str) -> web.Response:
    """A page for the sandboxed frame of another page."""
    response = web.Response(text=html, content_type="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "no-store"
    return response


async def show(request: web.Request) -> web.Response:
    """The wording of a message, or one wording by its own number."""
    at, id_ = here(request), int(request.match_info["id"])
    query = select(MessageVersion.html).where(MessageVersion.id == id_)
    if request.match_info["table"] == "messages":
        query = select(MessageVersion.html).join(Message, Message.version_id == MessageVersion.id)
        query = query.where(Message.id == id_)
    async with at.sessions() as tx:
        html = await tx.scalar(query)
    if html is None:
        raise NotFound
    return framed(f'<!doctype html><meta charset="utf-8"><body>{html}</body>')


async def show_delivery(request: web.Request) -> web.Response:
    """The mail as it was sent, made anew of the version and values that the ledger kept."""
    at = here(request)
    async with at.sessions() as tx:
        row = await row_of(tx, DELIVERIES, request)
        press = Press(at.deps.settings, row.run_id)
        await press.prepare(tx, {row.version_id}, row.settled_at or row.due_at)
    of_row = Row(row.client_id, row.email, row.values, row.version_id, row.attempt, row.claim or "")
    mail = message_from_bytes(press.envelope(of_row).content, policy=default)
    body = mail.get_body(("html", "plain"))
    html = body.get_content() if body else ""
    return framed(LINK.sub("/u/…", html))


TABLES = "/{table:messages|message_versions}"
routes = [
    web.get(ROOT + TABLES + r"/{id:\d{1,18}}/preview", show),
    web.get(ROOT + "/{table:deliveries}/{id:[0-9-]{1,60}}/preview", show_delivery),
]
