"""Keys, each for one purpose, all derived from SECRET_KEY."""

import hashlib
import hmac

from core.settings import Settings


def key_for(settings: Settings, purpose: str) -> bytes:
    """A key that is good for nothing but `purpose`."""
    if settings.secret_key is None:
        raise RuntimeError("SECRET_KEY is not set")
    master = settings.secret_key.get_secret_value().encode()
    return hmac.digest(master, purpose.encode(), hashlib.sha256)
