"""The link of the confirmation letter: a page with a button, since scanners open links."""

from aiohttp import web

from admin_web.pages import DEPS, render
from core.db import clock
from core.errors import Conflict, MailCenterError, NotFound
from core.letters import tokens
from core.mail.addresses import show_email
from core.users import service


async def ask(request: web.Request) -> web.Response:
    """Show whose address it is and a button; nothing changes."""
    async with request.app[DEPS].sessions() as tx:
        try:
            found = await tokens.find_link(tx, request.match_info["token"], await clock(tx))
        except MailCenterError as error:
            return await refused(request, error)
    return await render(request, "public/confirm.html", email=show_email(found.email))


async def confirm(request: web.Request) -> web.Response:
    """The button was pressed."""
    try:
        async with request.app[DEPS].sessions.begin() as tx:
            token = request.match_info["token"]
            user = await service.confirm_by_token(tx, token, await clock(tx))
    except MailCenterError as error:
        return await refused(request, error)
    return await render(request, "public/confirmed.html", email=show_email(user.email))


async def refused(request: web.Request, error: MailCenterError) -> web.Response:
    """Why the link does not do, and what does."""
    status = 404 if isinstance(error, NotFound) else 410 if isinstance(error, Conflict) else 400
    used = error.text == tokens.USED
    return await render(
        request, "public/confirm_refused.html", status=status, error=error, used=used
    )


routes = [web.get("/confirm/{token}", ask), web.post("/confirm/{token}", confirm)]
