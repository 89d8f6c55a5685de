"""A copy of all that an installation knows, and an installation made of such a copy.

The file is a gzipped SQL text whose first line says what it is; psql takes it, too. The keys are
not in it: SECRET_KEY is to be kept apart.
"""

from core.backup.copying import Saved, load, save
from core.backup.files import BackupError, Manifest, fingerprint
from core.backup.holding import Held, hold, hold_unheld

__all__ = [
    "BackupError",
    "Held",
    "Manifest",
    "Saved",
    "fingerprint",
    "hold",
    "hold_unheld",
    "load",
    "save",
]
