"""Links to the page of the site that takes files of clients: signed, of one chat, for a day."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from core.errors import Conflict, NotFound
from core.i18n import N_
from core.keys import key_for, mac
from core.settings import LOCAL, Settings

KEY = "upload"  # the purpose of the key in core.keys
LIFETIME = timedelta(hours=24)
UNKNOWN = N_("This link is not known here. Perhaps a part of it was lost on the way.")
EXPIRED = N_("This link is too old: it was good for 24 hours.")
_MAC = 18
_LENGTH = (8 + 8 + 8 + _MAC) * 4 // 3


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
    said = b"".join(
        number.to_bytes(8) for number in (link.user_id, link.telegram_id, int(until.timestamp()))
    )
    return urlsafe_b64encode(said + _mac(said, key)).decode()


def read(token: str, now: datetime, *keys: bytes) -> Link:
    """Whose link it is; NotFound for what `sign` has not made, Conflict when it is too old."""
    if len(token) != _LENGTH or not token.isascii():
        raise NotFound(UNKNOWN)
    try:
        raw = urlsafe_b64decode(token)
    except ValueError as error:
        raise NotFound(UNKNOWN) from error
    said, signed = raw[:-_MAC], raw[-_MAC:]
    if not any(hmac.compare_digest(signed, _mac(said, key)) for key in keys):
        raise NotFound(UNKNOWN)
    user_id, telegram_id, until = (int.from_bytes(said[at : at + 8]) for at in (0, 8, 16))
    if datetime.fromtimestamp(until, UTC) <= now:
        raise Conflict(EXPIRED)
    return Link(user_id, telegram_id)


def _mac(said: bytes, key: bytes) -> bytes:
    return mac(said, key)[:_MAC]
