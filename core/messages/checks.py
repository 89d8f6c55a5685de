"""What makes a letter look bad or get lost, told from its words alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import chain

from core.mail.placeholders import KNOWN, Slot, split
from core.messages.models import MessageVersion
from core.messages.rules import is_address

LONG_SUBJECT = 60  # what a phone shows of it
CLIPPED = 100_000  # octets; Gmail hides the rest
LARGE = 3 * 1024 * 1024
_ANY = "some.thing"  # what a placeholder may become
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Checked:
    """Findings about a message; `slots` are its placeholders with their fallbacks, `broken` the
    links that lead nowhere."""

    subject_length: int
    shouting: bool
    insecure: int
    broken: Sequence[str]
    clipped: bool
    size: int
    slots: dict[str, str]

    @property
    def subject_is_long(self) -> bool:
        return self.subject_length > LONG_SUBJECT

    @property
    def is_large(self) -> bool:
        return self.size > LARGE


def check_version(version: MessageVersion, known: Sequence[str] = KNOWN) -> Checked:
    """Look at a wording with its files and a card's button; `known` are the placeholders."""
    attached = sum(each.size for each in version.files)
    button = f'<a href="{version.button_url}">{version.button_text or ""}</a>'
    body = version.html + button if version.button_url else version.html
    return check(version.subject, body, attached, known)


def check(subject: str, html: str, attached: int = 0, known: Sequence[str] = KNOWN) -> Checked:
    """Look at a subject and a body; `attached` octets of files come with them."""
    size, links = len(html.encode()), _Links(known)
    links.feed(html)
    return Checked(
        subject_length=len(subject),
        shouting=_is_shouting(subject),
        insecure=len(links.insecure),
        broken=tuple(links.broken),
        clipped=size > CLIPPED,
        size=size + attached * 4 // 3,
        slots=_slots(known, subject, html),
    )


def _is_shouting(subject: str) -> bool:
    letters = _LETTERS.findall(subject)
    capitals = sum(letter.isupper() for letter in letters)
    return len(letters) >= 6 and capitals > len(letters) * 0.7


def _slots(known: Sequence[str], *texts: str) -> dict[str, str]:
    """The emptiest fallback counts: it is the one that would look bad."""
    found: dict[str, str] = {}
    for piece in chain.from_iterable(split(text, known) for text in texts):
        if isinstance(piece, Slot):
            before = found.get(piece.name, piece.fallback)
            found[piece.name] = min(before, piece.fallback, key=len)
    return found


class _Links(HTMLParser):
    """Each address once, in the order of the text."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__()
        self._known = known
        self.insecure: dict[str, None] = {}
        self.broken: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            address = (value or "").strip()
            if name in ("href", "src") and address.lower().startswith("http://"):
                self.insecure[address] = None
            if name == "href" and address.lower().startswith("http") and self._is_broken(address):
                self.broken[address] = None

    def _is_broken(self, address: str) -> bool:
        pieces = split(address, self._known)
        return not is_address("".join(_ANY if isinstance(each, Slot) else each for each in pieces))
