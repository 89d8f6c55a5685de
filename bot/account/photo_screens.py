"""Asking for a photo."""

from bot.account.callbacks import AccountAction
from bot.account.profile_screens import choosing
from bot.kit import Button, Row, Screen
from core.i18n import Translator


def ask_photo(_: Translator, *, has: bool) -> Screen:
    """Where a photo is sent, and what becomes of it."""
    text = _(
        "<b>Photo</b>\nSend a picture of yourself or of your logo: JPEG, PNG or WebP, up to 10 MB. "
        "I keep a small square of it, without the place and the time it was taken. "
        "You and the administrators see it."
    )
    drop: Row = [Button(_("Delete the photo"), AccountAction(verb="photo_drop"), style="danger")]
    return choosing(_, text, [drop] if has else [])
