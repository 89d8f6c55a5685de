"""Whether a client gets mail, in words."""

from markupsafe import Markup

from core.clients.models import Client
from core.i18n import Translator


def status_of(_: Translator, client: Client) -> Markup:
    """Unsubscribed weighs more than active: it is the client's own wish."""
    if client.unsubscribed_at is not None:
        return _("Unsubscribed")
    return _("Gets letters") if client.active else _("Switched off")
