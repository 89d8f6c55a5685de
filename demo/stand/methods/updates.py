"""How updates reach the bot: asked for, or posted to its address."""

from typing import Any

from demo.stand.errors import BadRequest, Conflict
from demo.stand.requests import Params
from demo.stand.state import Stand

LONGEST_POLL = 50
_ACTIVE = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


async def get_updates(stand: Stand, params: Params) -> list[dict[str, Any]]:
    if stand.webhook.url:
        raise Conflict(_ACTIVE)
    _allow(stand, params)
    limit = min(max(params.number("limit", 100), 1), 100)
    timeout = min(max(params.number("timeout"), 0), LONGEST_POLL)
    return await stand.updates.poll(params.number("offset"), limit, timeout)


async def set_webhook(stand: Stand, params: Params) -> bool:
    url = params.text("url")
    if url and not url.startswith(("https://", "http://")):
        raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
    _allow(stand, params)
    stand.webhook.url, stand.webhook.secret = url, params.text("secret_token")
    stand.webhook.connections = params.number("max_connections", 40)
    stand.webhook.error = None
    _drop(stand, params)
    stand.updates.end_poll(Conflict("terminated by setWebhook request"))
    stand.updates.added.beat()
    return True


async def delete_webhook(stand: Stand, params: Params) -> bool:
    stand.webhook.url = stand.webhook.secret = ""
    _drop(stand, params)
    return True


async def get_webhook_info(stand: Stand, params: Params) -> dict[str, Any]:
    return stand.webhook.info()


def _allow(stand: Stand, params: Params) -> None:
    if (allowed := params.data("allowed_updates")) is not None:
        stand.updates.allowed = allowed


def _drop(stand: Stand, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        stand.updates.pending.clear()
