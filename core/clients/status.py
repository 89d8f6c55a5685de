"""Whether a client gets mail, in words."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from core.i18n import Translator


def status_of(_: Translator, client: Mapping[str, Any]) -> Markup:
    """Unsubscribed weighs more than active: it is the client's own wish."""
    if client["unsubscribed_at"] is not None:
        return _("Unsubscribed")
    if client["bounced_at"] is not None and not client["active"]:
        return _("Address does not work")
    return _("Gets letters") if client["active"] else _("Switched off")
