"""A message as one client gets it, for looking at before anything is sent."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from core.clients.models import Client
from core.clients.values import values_of
from core.i18n import Translator
from core.mail import placeholders
from core.mail.layout import html_page
from core.mail.linked import linked
from core.messages.letter import parts_of
from core.messages.models import MessageFile, MessageVersion
from core.users.models import User


@dataclass(frozen=True)
class Letter:
    """The same words three ways: subject, the body for a chat, and as a whole page."""

    who: str
    subject: str
    body: str
    page: str


def as_letter(
    _: Translator,
    version: MessageVersion,
    clients: Sequence[Client],
    owner: User,
    pictures: Sequence[MessageFile] = (),
    known: Iterable[str] = placeholders.KNOWN,
) -> Letter:
    """Filled in for the first of `clients`, or for somebody made up while there is none."""
    values, known = _values(_, clients), tuple(known)
    parts = parts_of(version, [(each.name, _inside(each), each.width or 0) for each in pictures])
    subject = placeholders.fill(version.subject, values, known)
    return Letter(
        who=values["name"] or values["email"],
        subject=subject,
        body=placeholders.fill(parts.body, values, known, escape) + _signed(owner),
        page=html_page(
            subject,
            placeholders.fill(parts.html, values, known, escape),
            owner.name,
            None,
            owner.locale,
            layout=parts.layout,
            hero=parts.hero,
            signature=owner.signature or "",
        ),
    )


def _signed(owner: User) -> str:
    return f"\n<p>{linked(owner.signature)}</p>" if owner.signature else ""


def _inside(picture: MessageFile) -> str:
    """A picture as an address that holds it, so that the page can be passed on as one file."""
    return f"data:{picture.mime};base64,{b64encode(picture.content).decode()}"


def _values(_: Translator, clients: Sequence[Client]) -> dict[str, str]:
    if not clients:
        first, last = _("Anna").unescape(), _("Petrova").unescape()
        names = {"first_name": first, "last_name": last, "name": f"{first} {last}"}
        return names | {"email": "anna@example.org", "phone": "+7 999 123-45-67"}
    return values_of(clients[0], _.locale)
