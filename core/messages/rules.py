"""What a message must be before it is kept."""

import re
from collections.abc import Iterable

from core.errors import Conflict, Invalid
from core.i18n import N_
from core.mail import placeholders
from core.mail.layout import LAYOUTS
from core.typed import blank, clean, one_line, shortened

MAX_SUBJECT = 200
MAX_BUTTON = 40
MAX_ADDRESS = 1000
MAX_SIGNATURE = 500
MAX_SIGNATURE_LINES = 8
MAX_TYPED = 4096
MAX_HTML = 100_000
OFFERED = 100
NO_TEXT = N_("There is no text yet. For example: Hello, {{first_name|friend}}!")
UNKNOWN = N_(
    "There is no placeholder {unknown}. The known ones: {{first_name}}, {{last_name}},"
    " {{name}}, {{email}}, {{phone}}; with a word for when it is empty: {{first_name|friend}}"
)
UNKNOWN_OF_OWN = N_(
    "There is no placeholder {unknown}. The known ones: {{first_name}}, {{last_name}},"
    " {{name}}, {{email}}, {{phone}}, and of your own fields {own}; with a word for when it is"
    " empty: {{first_name|friend}}"
)
_HOST = r"https?://[^\s<>\"/?#@]+\.[^\s<>\"/?#@]{2,}"
_ADDRESS = re.compile(_HOST + r"(?:[/?#][^\s<>\"]*)?", re.IGNORECASE)


Known = Iterable[str] | None


def check_subject(text: str, known: Known = None) -> str:
    """A subject: one line of 1 to 200 characters; of `known` placeholders where they are given."""
    subject = clean(text)
    if blank(subject):
        raise Invalid(N_("A subject is a line of text, for example: Discounts until Sunday"))
    if "\n" in subject:
        raise Invalid(
            N_("A subject is one line, and here are {lines}. The first one would do: {first}"),
            lines=subject.count("\n") + 1,
            first=shortened(subject.split("\n", 1)[0]),
        )
    subject = one_line(subject)
    if len(subject) > MAX_SUBJECT:
        raise Invalid(
            N_(
                "A subject may have up to {limit} characters, this one has {length}."
                " A short one is read sooner, for example: Discounts until Sunday"
            ),
            limit=MAX_SUBJECT,
            length=len(subject),
        )
    check_placeholders(subject, known)
    return subject


def check_html(html: str, known: Known = None) -> str:
    """The body of a mail as HTML: something to read, up to 100 kB."""
    html = clean(html)
    if blank(html):
        raise Invalid(NO_TEXT)
    if (size := len(html.encode())) > MAX_HTML:
        raise Invalid(
            N_("The text takes {size} kB with its formatting; up to {limit} kB fit in a mail."),
            size=-(-size // 1000),
            limit=MAX_HTML // 1000,
        )
    check_placeholders(html, known)
    return html


def check_placeholders(text: str, known: Known) -> None:
    """Every `{name}` must be one that clients have a value for."""
    unknown = placeholders.check(text, known) if known is not None else []
    if not unknown:
        return
    names = {
        "unknown": ", ".join(f"{{{name}}}" for name in unknown),
        "own": ", ".join(f"{{{name}}}" for name in known or () if name not in placeholders.KNOWN),
    }
    raise Invalid(UNKNOWN_OF_OWN if names["own"] else UNKNOWN, **names)


def check_typed(text: str) -> str:
    """The text as it was typed in the chat, before it becomes HTML."""
    if blank(text):
        raise Invalid(NO_TEXT)
    if len(text) > MAX_TYPED:
        raise Invalid(
            N_("The text has {length} characters; up to {limit} fit. Please shorten it."),
            length=len(text),
            limit=MAX_TYPED,
        )
    return text


def offered_subject(text: str) -> str | None:
    """The first line when it looks like a subject: short, with more text below it."""
    first, _, rest = text.strip().partition("\n")
    first = one_line(first)
    return first if rest.strip() and 0 < len(first) <= OFFERED else None


def check_layout(layout: str) -> str:
    """One of the layouts there are; anything else comes from an old button."""
    if layout not in LAYOUTS:
        raise Conflict
    return layout


def check_button(text: str, known: Known = None) -> tuple[str, str]:
    """What a card's button says and where it leads, out of one line: `Buy now example.org/sale`."""
    words, _, address = one_line(text).rpartition(" ")
    words = words.rstrip("—–-: ")
    if address and "://" not in address:
        address = f"https://{address}"
    if not words or not is_address(address):
        raise Invalid(
            N_(
                "A button is a few words and an address, for example: To the shop"
                " https://example.org/sale"
            )
        )
    if len(words) > MAX_BUTTON:
        raise Invalid(
            N_("A button may say up to {limit} characters, this one has {length}."),
            limit=MAX_BUTTON,
            length=len(words),
        )
    if len(address) > MAX_ADDRESS:
        raise Invalid(N_("The address is too long for a button. Please shorten it."))
    check_placeholders(text, known)
    return words, address


def is_address(text: str) -> bool:
    """Whether a link to this leads to a server."""
    return _ADDRESS.fullmatch(text) is not None


def check_signature(text: str) -> str:
    """A few lines that stand below every letter."""
    lines = [one_line(line) for line in clean(text).split("\n")]
    signature = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if blank(signature):
        raise Invalid(N_("A signature is a few lines of text, for example: Anna, Daisy Flowers"))
    if len(signature) > MAX_SIGNATURE or signature.count("\n") >= MAX_SIGNATURE_LINES:
        raise Invalid(
            N_(
                "A signature may have up to {lines} lines and {limit} characters; this one has"
                " {has} lines and {length} characters."
            ),
            lines=MAX_SIGNATURE_LINES,
            limit=MAX_SIGNATURE,
            has=signature.count("\n") + 1,
            length=len(signature),
        )
    return signature
