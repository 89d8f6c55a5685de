"""What a mailing may become."""

from core.errors import Conflict
from core.i18n import N_

LEGAL = {
    "active": ("frozen", "finished"),
    "frozen": ("active", "finished"),
    "finished": (),
}

# Frozen by a restored backup: its run may have gone on after the copy was made.
RESTORED = "restored"

FINISHED = N_("This mailing is finished. Start a new one with the same message.")


def check_change(status: str, becomes: str) -> None:
    """Refuse a change that the table does not have."""
    if becomes not in LEGAL[status]:
        raise Conflict(FINISHED)


def check_open(status: str) -> None:
    """Refuse to touch what is finished for good."""
    if not LEGAL[status]:
        raise Conflict(FINISHED)
