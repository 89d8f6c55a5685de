"""A message as one client gets it, for looking at before anything is sent."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from bot.messages.rendition import for_chat
from core.clients.fields import readable
from core.clients.models import Client
from core.delivery.sample import values_of
from core.i18n import Translator
from core.mail import placeholders
from core.mail.layout import html_page
from core.messages.files import with_pictures
from core.messages.models import MessageFile, MessageVersion
from core.users.models import User


@dataclass(frozen=True)
class Letter:
    """The same words three ways: subject, for the chat, and as a page."""

    who: str
    subject: str
    in_chat: Markup
    page: str


def as_letter(
    _: Translator,
    version: MessageVersion,
    clients: Sequence[Client],
    owner: User,
    pictures: Sequence[MessageFile] = (),
) -> Letter:
    """Filled in for the first of `clients`, or for somebody made up while there is none."""
    values = _values(_, clients)
    subject = placeholders.fill(version.subject, values)
    body = placeholders.fill(version.html, values, escape=escape)
    return Letter(
        who=values["name"] or values["email"],
        subject=subject,
        in_chat=for_chat(body),
        page=html_page(subject, _whole(body, pictures), owner.name, None, owner.locale),
    )


def _whole(body: str, pictures: Sequence[MessageFile]) -> str:
    """The body with its pictures inside the page itself, so that the file can be passed on."""
    return with_pictures(body, [(_inside(each), each.width or 0) for each in pictures])


def _inside(picture: MessageFile) -> str:
    return f"data:{picture.mime};base64,{b64encode(picture.content).decode()}"


def _values(_: Translator, clients: Sequence[Client]) -> dict[str, str]:
    if not clients:
        first, last = _("Anna").unescape(), _("Petrova").unescape()
        names = {"first_name": first, "last_name": last, "name": f"{first} {last}"}
        return names | {"email": "anna@example.org", "phone": "+79991234567"}
    return values_of(clients[0]) | {"email": readable(clients[0].email)}
