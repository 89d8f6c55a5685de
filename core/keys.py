"""Keys, each for one purpose, all derived from SECRET_KEY."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from core.settings import Settings


def kept_secret(folder: Path) -> str:
    """The secret of an installation that was given none: made once, readable by its owner only."""
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f".secret_key.{secrets.token_hex(4)}"
    made.touch(mode=0o600)
    made.write_text(secrets.token_urlsafe(32))
    try:
        os.link(made, path)  # fails when another process was first
    except FileExistsError:
        pass
    made.unlink()
    return path.read_text().strip()


def key_for(settings: Settings, purpose: str) -> bytes:
    """A key that is good for nothing but `purpose`."""
    if settings.secret_key is None:
        raise RuntimeError("SECRET_KEY is not set")
    master = settings.secret_key.get_secret_value().encode()
    return hmac.digest(master, purpose.encode(), hashlib.sha256)
