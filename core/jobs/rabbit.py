"""RabbitMQ's queues in figures, as its management page tells them over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth
from yarl import URL

PORT = 15672
PATIENCE = ClientTimeout(total=3)


@dataclass(frozen=True)
class QueueView:
    """A queue: messages that wait, messages in workers' hands, and who listens."""

    name: str
    kind: str
    ready: int
    unacked: int
    consumers: int


def page_of(amqp: str, management: str | None = None) -> str:
    """The page's address, without an account: the same host's unless another one is set."""
    if management:
        return str(URL(management).with_user(None))
    return str(URL.build(scheme="http", host=URL(amqp).host or "", port=PORT))


async def queues(
    amqp: str, management: str | None = None, prefix: str = "mail."
) -> Sequence[QueueView] | None:
    """Our queues, seen with the account of RABBITMQ_URL; None when the page does not answer.

    The page that people open may have an address that is good for their browsers only.
    """
    for place in dict.fromkeys((page_of(amqp), page_of(amqp, management))):
        if (found := await _asked(URL(place), URL(amqp), prefix)) is not None:
            return found
    return None


async def _asked(place: URL, address: URL, prefix: str) -> Sequence[QueueView] | None:
    account = encode_basic_auth(address.user or "guest", address.password or "guest")
    vhost = address.path.removeprefix("/") or "/"
    try:
        async with (
            ClientSession(headers={"Authorization": account}, timeout=PATIENCE) as browser,
            browser.get(place / "api" / "queues", raise_for_status=True) as answer,
        ):
            found: list[dict[str, Any]] = await answer.json()
    except (ClientError, TimeoutError):
        return None
    ours = (each for each in found if each["vhost"] == vhost and each["name"].startswith(prefix))
    return sorted((_view(each) for each in ours), key=lambda view: view.name)


def _view(raw: dict[str, Any]) -> QueueView:
    return QueueView(
        raw["name"],
        raw.get("type", "classic"),
        # A queue that was made this instant has no figures yet.
        raw.get("messages_ready", 0),
        raw.get("messages_unacknowledged", 0),
        raw.get("consumers", 0),
    )
