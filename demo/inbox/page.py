"""The inbox page and what it asks."""

import asyncio
import json
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from demo.inbox.box import Inbox
from demo.inbox.mail import Mail
from demo.inbox.views import detail, frame, summary
from demo.serving import own_pages_only

INBOX = web.AppKey("inbox", Inbox)
SMTP_ADDRESS = web.AppKey("smtp_address", str)
CLOSING = web.AppKey("closing", asyncio.Event)
_STATIC = Path(__file__).parent / "static"
_LOOK = Path(__file__).parent.parent / "look"
_LISTED = 1_000
_HEARTBEAT = 15.0
_STRICT = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "img-src * data:; style-src 'unsafe-inline' https:; font-src data: https:"
)


def make_app(inbox: Inbox, smtp_address: str) -> web.Application:
    """The page around a box."""
    app = web.Application(middlewares=[own_pages_only])
    app[INBOX], app[SMTP_ADDRESS], app[CLOSING] = inbox, smtp_address, asyncio.Event()
    app.on_shutdown.append(_close)
    app.router.add_get("/", _page)
    app.router.add_static("/static", _STATIC)
    app.router.add_static("/look", _LOOK)
    app.router.add_get("/api/mails", _list)
    app.router.add_delete("/api/mails", _clear)
    app.router.add_get("/api/mails/{id:[0-9]+}", _detail)
    app.router.add_get("/api/events", _events)
    app.router.add_get("/mails/{id:[0-9]+}/html", _html)
    app.router.add_get("/mails/{id:[0-9]+}/source", _source)
    app.router.add_get("/mails/{id:[0-9]+}/parts/{part:[0-9]+}/{name}", _part)
    return app


async def _close(app: web.Application) -> None:
    app[CLOSING].set()
    app[INBOX].pulse.beat()


async def _page(request: web.Request) -> web.FileResponse:
    return web.FileResponse(_STATIC / "inbox.html", headers={"Cache-Control": "no-cache"})


async def _list(request: web.Request) -> web.Response:
    inbox, wanted = request.app[INBOX], request.query.get("query", "").lower()
    found = [mail for mail in reversed(inbox.mails) if wanted in _searched(mail)]
    rows = [summary(mail) for mail in found[:_LISTED]]
    answer = {"mails": rows, "total": len(found), "smtp": request.app[SMTP_ADDRESS]}
    return web.json_response(answer)


def _searched(mail: Mail) -> str:
    return " ".join([*mail.recipients, mail.subject]).lower()


async def _clear(request: web.Request) -> web.Response:
    request.app[INBOX].clear()
    return web.json_response({})


async def _detail(request: web.Request) -> web.Response:
    return web.json_response(detail(_mail(request)))


async def _html(request: web.Request) -> web.Response:
    headers = {"Content-Security-Policy": _STRICT, "Referrer-Policy": "no-referrer"}
    page = frame(_mail(request))
    return web.Response(text=page, content_type="text/html", charset="utf-8", headers=headers)


async def _source(request: web.Request) -> web.Response:
    return web.Response(text=_mail(request).raw.decode("utf-8", "replace"))


async def _part(request: web.Request) -> web.Response:
    mail, number = _mail(request), int(request.match_info["part"])
    if number >= len(mail.parts):
        raise web.HTTPNotFound
    part = mail.parts[number]
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(part.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=part.content, content_type=part.mime, headers=headers)


async def _events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: what arrived since the last look."""
    inbox, closing = request.app[INBOX], request.app[CLOSING]
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    seen, cleared = inbox.total, inbox.cleared
    try:
        while not closing.is_set():
            await stream.write(_news(inbox, seen, cleared))
            seen, cleared = inbox.total, inbox.cleared
            await _anything(inbox)
    except ConnectionError:
        pass
    return stream


def _news(inbox: Inbox, seen: int, cleared: int) -> bytes:
    fresh = [summary(mail) for mail in inbox.since(seen)[-_LISTED:]]
    if not fresh and cleared == inbox.cleared:
        return b": still here\n\n"
    data = {"mails": fresh, "cleared": cleared != inbox.cleared}
    return f"data: {json.dumps(data)}\n\n".encode()


async def _anything(inbox: Inbox) -> None:
    try:
        await asyncio.wait_for(inbox.pulse.wait(), _HEARTBEAT)
        await asyncio.sleep(0.05)  # a burst of mails goes to the page as one event
    except TimeoutError:
        pass


def _mail(request: web.Request) -> Mail:
    if (mail := request.app[INBOX].get(int(request.match_info["id"]))) is None:
        raise web.HTTPNotFound
    return mail
