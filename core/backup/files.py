"""The file of a backup: a gzip member with one line about it, then PostgreSQL's dump."""

import gzip
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from core.keys import key_for
from core.settings import Settings

MARK = "-- Mail Center backup "
LINE = 4096  # octets that the first line has at most


class BackupError(Exception):
    """A backup cannot be made or read; the message is for whoever asked for it."""


@dataclass(frozen=True)
class Manifest:
    """When, by which version, and by which SECRET_KEY (a fingerprint) it was made."""

    made_at: datetime
    version: str
    revision: str
    key: str

    def line(self) -> bytes:
        """As the file begins."""
        fields = asdict(self) | {"made_at": self.made_at.isoformat()}
        return f"{MARK}{json.dumps(fields)}\n".encode()


def read_manifest(path: Path) -> Manifest:
    """What a file says about itself; raises BackupError where it is none of ours."""
    try:
        with gzip.open(path) as file:
            mark, _, fields = file.readline(LINE).decode().partition(MARK)
        known = json.loads(fields if not mark else "")
        return Manifest(**known | {"made_at": datetime.fromisoformat(known["made_at"])})
    except (OSError, EOFError) as error:
        raise BackupError(f"{path} cannot be read: {error}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(f"{path} is no backup of Mail Center") from error


def fingerprint(settings: Settings) -> str:
    """Tells two SECRET_KEYs apart and gives nothing away."""
    return hmac.digest(key_for(settings, "backup"), b"fingerprint", "sha256").hex()[:16]
