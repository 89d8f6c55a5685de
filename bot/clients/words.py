"""What a client and its fields are called."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup

from core.clients.fields import readable, shown_phone
from core.clients.models import Client
from core.i18n import N_, Translator
from core.typed import shortened

FIELD_NAMES = {
    "email": N_("E-mail"),
    "name": N_("Full name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "phone": N_("Phone"),
    "tags": N_("Tags"),
    "comment": N_("Comment"),
}
EDITABLE = ("first_name", "last_name", "email", "phone", "tags", "comment")

EXAMPLES = {
    "email": N_("For example: anna@example.org"),
    "first_name": N_("For example: Anna"),
    "last_name": N_("For example: Petrova"),
    "phone": N_("For example: +7 999 123-45-67"),
    "tags": N_("Words with commas between them, for example: vip, Moscow"),
    "comment": N_("Any words for yourself, for example: prefers to be called in the morning"),
}


def mark(client: Client) -> str:
    """● gets mail, ○ switched off, ✕ unsubscribed."""
    if client.unsubscribed_at is not None:
        return "✕"
    return "●" if client.active else "○"


def label(client: Client) -> str:
    """A client on a button."""
    name = f"{client.first_name} {client.last_name}".strip()
    email = readable(client.email)
    return f"{mark(client)} {shortened(f'{name} · {email}' if name else email, 56)}"


def value(client: Client, field: str) -> str:
    """A field as people read it."""
    match field:
        case "email":
            return readable(client.email)
        case "phone":
            return shown_phone(client.phone)
        case "tags":
            return ", ".join(client.tags)
    return str(getattr(client, field))


def day(_: Translator, moment: datetime, timezone: str) -> str:
    """A date in the owner's zone and language."""
    local = moment.astimezone(ZoneInfo(timezone))
    return format_date(local, format="long", locale=_.locale)


def status(_: Translator, client: Client, timezone: str) -> Markup:
    """Whether the client gets mail, and why not."""
    if client.unsubscribed_at is not None:
        return _(
            "Unsubscribed on {day}: gets no letters. Only the client can change that.",
            day=day(_, client.unsubscribed_at, timezone),
        )
    return _("Gets letters") if client.active else _("Inactive: gets no letters")
