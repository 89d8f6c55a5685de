"""Links to the page of the site that takes files of clients: signed, of one chat, for a day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from core import signed
from core.clients.tokens import UNKNOWN
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.keys import key_for
from core.settings import LOCAL, Settings

KEY = "upload"  # the purpose of the key in core.keys
LIFETIME = timedelta(hours=24)
EXPIRED = N_("This link is too old: it was good for 24 hours.")
_OCTETS, _PROOF = 24, 18


@dataclass(frozen=True)
class Link:
    """Whose list the file is for, and the chat in which its preview appears."""

    user_id: int
    telegram_id: int


def page(settings: Settings, link: Link, locale: str, now: datetime) -> str | None:
    """The page's address; None where nobody outside this machine could open it."""
    reached = urlsplit(settings.public_url).hostname not in LOCAL
    if not reached and urlsplit(settings.telegram_api_url).hostname not in LOCAL:
        return None
    token = sign(link, now + LIFETIME, key_for(settings, KEY))
    return f"{settings.public_url.rstrip('/')}/upload/{token}?lang={locale}"


def sign(link: Link, until: datetime, key: bytes) -> str:
    """What goes into the address."""
    numbers = (link.user_id, link.telegram_id, int(until.timestamp()))
    return signed.sign(b"".join(number.to_bytes(8) for number in numbers), key, _PROOF)


def read(token: str, now: datetime, *keys: bytes) -> Link:
    """Whose link it is; NotFound for what `sign` has not made, Conflict when it is too old."""
    said = signed.read(token, _OCTETS, _PROOF, *keys)
    if said is None:
        raise NotFound(UNKNOWN)
    user_id, telegram_id, until = (int.from_bytes(said[at : at + 8]) for at in (0, 8, 16))
    if datetime.fromtimestamp(until, UTC) <= now:
        raise Conflict(EXPIRED)
    return Link(user_id, telegram_id)
