"""The question whether somebody is let in, and what becomes of it."""

from markupsafe import Markup

from bot.admin.callbacks import AdminAction, Answer
from bot.kit import Button, Screen, home_button
from core.i18n import Translator
from core.mail.addresses import show_email
from core.users.countries import country
from core.users.fields import show_phone
from core.users.models import User


def question(_: Translator, user: User) -> Screen:
    """Who it is, and two buttons."""
    text = _("<b>Somebody wants to send mailings</b>\n{who}\nLet them in?", who=_who(_, user))
    row = [
        Button(_("Let in"), Answer(verb="approved", id=user.id), style="success"),
        Button(_("Refuse"), Answer(verb="refused", id=user.id), style="danger"),
    ]
    return Screen(text, [row])


def answered(_: Translator, user: User) -> Screen:
    """The answer in place of the question."""
    said = _("✓ Let in.") if user.admission == "approved" else _("✗ Not let in.")
    text = Markup("\n").join((_who(_, user), said))
    card = Button(_("Open the card"), AdminAction(verb="user", id=user.id))
    return Screen(text, [[card]])


def verdict(_: Translator, user: User) -> Screen:
    """What the newcomer hears."""
    if user.admission == "approved":
        text = _("✓ An administrator has let you in: you can start mailings now.")
    else:
        text = _("An administrator has not let you in, so nothing can be sent from here.")
    return Screen(text, [[home_button(_)]])


def _who(_: Translator, user: User) -> Markup:
    return _(
        "{name} · {email}\n{phone} · {country}",
        name=user.name,
        email=show_email(user.email),
        phone=show_phone(user.phone),
        country=country(user.country, _.locale).label,
    )
