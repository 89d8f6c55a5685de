"""Updates that Telegram posts: written down before they are confirmed; the bot works them."""

import hmac
from typing import Any

from aiohttp import web

from admin_web.pages import DEPS
from core.notices import notify
from core.updates.service import CHANNEL, receive, webhook_path

HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def take(request: web.Request) -> web.Response:
    """401 unless the caller knows the secret; 200 only once the update is durable."""
    deps = request.app[DEPS]
    secret = deps.settings.webhook_secret
    given = request.headers.get(HEADER, "")
    if secret is None or not _same(given, secret.get_secret_value()):
        raise web.HTTPUnauthorized
    update = await _update(request)
    async with deps.sessions.begin() as tx:
        await receive(tx, [update])
        await notify(tx, CHANNEL)
    return web.Response()


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


async def _update(request: web.Request) -> dict[str, Any]:
    try:
        update = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest from error
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise web.HTTPBadRequest
    return update


routes = [web.post(webhook_path(), take)]
