"""The unsubscribe link: a page with a button, and one click from a mail program (RFC 8058)."""

from aiohttp import web
from sqlalchemy import select

from admin_web.pages import DEPS, render
from core.clients import service, tokens
from core.clients.models import Client
from core.db import Transaction, clock
from core.keys import keys_for
from core.mail.addresses import show_email
from core.users.models import User


async def ask(request: web.Request) -> web.Response:
    """Show who writes to whom and a button; nothing changes."""
    async with request.app[DEPS].sessions() as tx:
        owner, email, gone = await _who(tx, _client_id(request))
    page = "public/unsubscribed.html" if gone else "public/unsubscribe.html"
    return await render(request, page, owner=owner, email=email)


async def unsubscribe(request: web.Request) -> web.Response:
    """By the page's button or by a mail program: no sign-in, no cookie, twice does no harm."""
    client_id = _client_id(request)
    async with request.app[DEPS].sessions.begin() as tx:
        await service.unsubscribe(tx, client_id, await clock(tx))
        owner, email, _ = await _who(tx, client_id)
    form = await request.post()
    if form.get("List-Unsubscribe") == "One-Click":
        return web.Response()
    return await render(request, "public/unsubscribed.html", owner=owner, email=email)


def _client_id(request: web.Request) -> int:
    keys = keys_for(request.app[DEPS].settings, tokens.KEY)
    return tokens.read(request.match_info["token"], *keys)


async def _who(tx: Transaction, client_id: int) -> tuple[str, str, bool]:
    """The owner's name, the client's veiled address, whether mail has been stopped.

    A client that was erased gets no mail either, so it looks like one that unsubscribed.
    """
    query = select(User.name, Client.email, Client.unsubscribed_at)
    found = (
        await tx.execute(query.join(User, User.id == Client.owner_id).where(Client.id == client_id))
    ).one_or_none()
    if found is None:
        return "", "", True
    owner, email, since = found
    return owner, _veiled(email), since is not None


def _veiled(email: str) -> str:
    """A letter may be passed on: its next reader need not learn the whole address."""
    local, _, domain = show_email(email).partition("@")
    return f"{local[:1]}•••@{domain}"


routes = [web.get("/u/{token}", ask), web.post("/u/{token}", unsubscribe)]
