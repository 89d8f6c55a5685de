"""What a client and its fields are called."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from markupsafe import Markup

from core.clients.extras import country_name, language_name, shown_date
from core.clients.fields import shown_phone
from core.clients.models import Client, OwnField
from core.clients.own import column_of
from core.i18n import N_, Translator
from core.mail.addresses import show_email
from core.typed import shortened
from core.users.zones import city

FIELD_NAMES = {
    "email": N_("E-mail"),
    "name": N_("Full name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "phone": N_("Phone"),
    "tags": N_("Tags"),
    "company": N_("Company"),
    "country": N_("Country"),
    "city": N_("City"),
    "timezone": N_("Time zone"),
    "language": N_("Language"),
    "comment": N_("Comment"),
    "consent": N_("Consent"),
    "consent_on": N_("Consent date"),
}
EDITABLE = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "country",
    "city",
    "timezone",
    "language",
    "tags",
    "comment",
    "consent",
    "consent_on",
)

EXAMPLES = {
    "email": N_("For example: anna@example.org"),
    "first_name": N_("For example: Anna"),
    "last_name": N_("For example: Petrova"),
    "phone": N_("For example: +7 999 123-45-67"),
    "tags": N_("Words with commas between them, for example: vip, Moscow"),
    "company": N_("For example: Flax and Cotton"),
    "country": N_("A name or a code, for example: Germany or DE"),
    "city": N_("For example: Kazan"),
    "timezone": N_("A large city or a zone's name, for example: Yekaterinburg"),
    "language": N_("For example: English"),
    "consent": N_("Where it was given, for example: form on the site"),
    "consent_on": N_("For example: 31.12.2026"),
    "comment": N_("Any words for yourself, for example: prefers to be called in the morning"),
}


OF_KIND = {
    "text": N_("Any words, for example: gold card"),
    "number": N_("For example: 1500 or 3.5"),
    "date": N_("For example: 31.12.2026"),
}
LEFT = {
    "link": N_("Pressed the unsubscribe button in a letter."),
    "mail": N_("Asked for it by a mail."),
    "complaint": N_("Marked a letter as spam."),
    "owner": N_("An administrator noted it down."),
}
BOUNCED = {
    "user_unknown": N_("the server says that there is no such mailbox"),
    "host_unknown": N_("there is no such mail server"),
    "moved": N_("the server says that the address has moved"),
    "not_accepting": N_("the mailbox takes no mail"),
}
OTHER_BOUNCE = N_("a letter came back")


def field_name(_: Translator, field: str, own: Sequence[OwnField] = ()) -> str:
    """What a field is called, an own one by its title."""
    for each in own:
        if column_of(each) == field:
            return each.title
    return _(FIELD_NAMES[field]).unescape()


def example(_: Translator, field: str, own: Sequence[OwnField] = ()) -> Markup:
    """How a value looks."""
    for each in own:
        if column_of(each) == field:
            return _(OF_KIND[each.kind])
    return _(EXAMPLES[field])


def mark(client: Client) -> str:
    """● gets mail, ○ switched off, ✕ unsubscribed."""
    if client.unsubscribed_at is not None:
        return "✕"
    return "●" if client.active else "○"


def label(client: Client) -> str:
    """A client on a button."""
    name = f"{client.first_name} {client.last_name}".strip()
    email = show_email(client.email)
    return f"{mark(client)} {shortened(f'{name} · {email}' if name else email, 56)}"


def value(_: Translator, client: Client, field: str, own: Sequence[OwnField] = ()) -> str:
    """A field as people read it."""
    match field:
        case "email":
            return show_email(client.email)
        case "phone":
            return shown_phone(client.phone)
        case "tags":
            return ", ".join(client.tags)
        case "country":
            return country_name(client.country, _.locale)
        case "timezone":
            return city(client.timezone, _.locale) if client.timezone else ""
        case "language":
            return language_name(client.language, _.locale) if client.language else ""
        case "consent_on":
            return shown_date(client.consent_on)
    for each in own:
        if column_of(each) == field:
            return str(client.own.get(each.key, ""))
    return str(getattr(client, field))


def day(_: Translator, moment: datetime, timezone: str) -> str:
    """A date in the owner's zone and language."""
    local = moment.astimezone(ZoneInfo(timezone))
    return format_date(local, format="long", locale=_.locale)


def moment(_: Translator, at: datetime, timezone: str) -> str:
    """A date and time in the owner's zone and language."""
    local = at.astimezone(ZoneInfo(timezone))
    return format_datetime(local, format="short", locale=_.locale)


def status(_: Translator, client: Client, timezone: str) -> Markup:
    """Whether the client gets mail; if not, why, since when, and what can be done about it."""
    if client.unsubscribed_at is not None:
        why = _(LEFT[client.unsubscribed_because]) if client.unsubscribed_because in LEFT else ""
        since = _("Unsubscribed on {day}", day=day(_, client.unsubscribed_at, timezone))
        again = _("May be written to again only after agreeing anew.")
        return Markup("\n").join([since, Markup(" ").join(filter(None, [why, again]))])
    if client.bounced_at is not None and not client.active:
        return _(
            "The address has not worked since {day}: {why}. Correct it, or activate the client "
            "if it works again.",
            day=day(_, client.bounced_at, timezone),
            why=_(BOUNCED.get(client.bounce_reason or "", OTHER_BOUNCE)),
        )
    return _("Gets letters") if client.active else _("Inactive: gets no letters")
