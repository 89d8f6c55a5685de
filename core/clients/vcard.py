"""Contacts as phones and address books export them (vCard 2.1, 3.0, 4.0), as rows of a table."""

import quopri
import re
from collections.abc import Iterator

from core.clients.encodings import encoding_of
from core.clients.extras import check_country
from core.errors import Invalid

# What a vCard calls them.
HEADER = ["FN", "EMAIL", "TEL", "CATEGORIES", "NOTE", "ORG", "ADR city", "ADR country", "LANG"]
COLUMNS = {
    "email": 1,
    "name": 0,
    "phone": 2,
    "tags": 3,
    "comment": 4,
    "company": 5,
    "city": 6,
    "country": 7,
    "language": 8,
}
_Card = dict[str, list[tuple[str, str]]]  # name -> parameters and value of each line
_FOLD = re.compile(rb"\r?\n[ \t]")  # of bytes: a fold may stand amid a letter
# A line that ends in = goes on, but only in this encoding: a photo in base64 ends so, too.
_QUOTED = re.compile(rb"^[^\r\n:]*QUOTED-PRINTABLE[^\r\n:]*:(?:[^\r\n]*=\r?\n)+", re.M | re.I)
_SOFT = re.compile(rb"=\r?\n")
_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[A-Za-z-]+)(?P<rest>(?:;(?:\"[^\"]*\"|[^:\"])*)?):(?P<value>.*)"
)
_UNESCAPED_SEMICOLON = re.compile(r"(?<!\\);")
_ESCAPED = re.compile(r"\\([nN,;\\])")


def is_one(data: bytes) -> bool:
    """Whether the bytes begin as a vCard does."""
    start = data[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    return start[:11].upper() == b"BEGIN:VCARD"


def rows(data: bytes) -> Iterator[list[str]]:
    """A row for each contact; one of several addresses has several rows."""
    for card in _cards(_text(data)):
        yield from _rows(card)


def _text(data: bytes) -> str:
    if (encoding := encoding_of(data)).startswith("utf-16"):
        data = data.decode(encoding, "replace").encode()
    whole = _FOLD.sub(b"", _QUOTED.sub(lambda found: _SOFT.sub(b"", found[0]), data))
    return whole.decode(encoding_of(whole), "replace").removeprefix("\ufeff")


def _cards(text: str) -> Iterator[_Card]:
    card: _Card = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        name, parameters = match["name"].upper(), match["rest"].upper()
        if name == "BEGIN":
            card = {}
        elif name == "END":
            yield card
        else:
            card.setdefault(name, []).append((parameters, _value(parameters, match["value"])))


def _value(parameters: str, value: str) -> str:
    if "QUOTED-PRINTABLE" in parameters:
        charset = re.search(r"CHARSET=([\w-]+)", parameters)
        raw = quopri.decodestring(value.encode("latin-1", "replace"))
        return _decoded(raw, charset[1] if charset else "utf-8")
    if re.search(r"ENCODING=(?:B|BASE64)\b", parameters):
        return ""  # a photo or a sound
    return value


def _decoded(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset, "replace")
    except (LookupError, UnicodeError):  # no charset, or one that forgives nothing, such as idna
        return raw.decode("utf-8", "replace")


def _rows(card: _Card) -> list[list[str]]:
    first = {name: _plain(values[0][1]) for name, values in card.items()}
    company = _part(card, "ORG", 0)
    name = first.get("FN") or _name(first.get("N", ""))
    tags = first.get("CATEGORIES", "").replace(";", ",")
    place = [_part(card, "ADR", 3), _country(_part(card, "ADR", 6))]
    rest = [_phone(card), tags, first.get("NOTE", ""), company, *place, first.get("LANG", "")]
    emails = [_plain(email) for _, email in card.get("EMAIL", [("", "")])]
    return [["" if name == company else name, email, *rest] for email in emails]


def _phone(card: _Card) -> str:
    """The mobile number, else the preferred one, else the first."""
    phones = sorted(card.get("TEL", [("", "")]), key=lambda phone: _rank(phone[0]))
    return _plain(phones[0][1]).removeprefix("tel:")


def _rank(parameters: str) -> tuple[bool, bool, bool]:
    return ("FAX" in parameters, "CELL" not in parameters, "PREF" not in parameters)


def _part(card: _Card, name: str, number: int) -> str:
    """One part of a value that is put together with semicolons."""
    parts = _UNESCAPED_SEMICOLON.split(card.get(name, [("", "")])[0][1])
    return _plain(parts[number]) if number < len(parts) else ""


def _country(typed: str) -> str:
    # An address book's free words are no reason to refuse the whole contact.
    try:
        return check_country(typed) or ""
    except Invalid:
        return ""


def _name(structured: str) -> str:
    """Family;Given;Additional;… as it is spoken."""
    family, given = [*structured.split(";"), "", ""][:2]
    return _plain(f"{given} {family}").strip()


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value).strip()
