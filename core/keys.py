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


def keys_for(settings: Settings, purpose: str) -> list[bytes]:
    """The same, and behind it the key of before SECRET_KEY was changed: what that has signed is
    still good."""
    keys = [key_for(settings, purpose)]
    if before := settings.secret_key_before:
        keys.append(key_for(settings.model_copy(update={"secret_key": before}), purpose))
    return keys
