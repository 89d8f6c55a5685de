"""Contacts as phones and address books export them (vCard 2.1, 3.0, 4.0), as rows of a table."""

import quopri
import re
from collections.abc import Iterator

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
_FOLD = re.compile(r"\r?\n[ \t]")
_SOFT = re.compile(r"=\r?\n")
_LINE = re.compile(r"(?:[\w-]+\.)?(?P<name>[A-Za-z-]+)(?P<rest>(?:;[^:]*)?):(?P<value>.*)")
_UNESCAPED_SEMICOLON = re.compile(r"(?<!\\);")
_ESCAPED = re.compile(r"\\([nN,;\\])")


def is_one(data: bytes) -> bool:
    """Whether the bytes begin as a vCard does."""
    return data.lstrip(b"\xef\xbb\xbf \r\n\t")[:11].upper() == b"BEGIN:VCARD"


def rows(data: bytes) -> Iterator[list[str]]:
    """A row for each contact; one of several addresses has several rows."""
    for card in _cards(_text(data)):
        yield from _rows(card)


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _cards(text: str) -> Iterator[dict[str, list[str]]]:
    card: dict[str, list[str]] = {}
    for line in _FOLD.sub("", _SOFT.sub("", text)).splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        name = match["name"].upper()
        if name == "BEGIN":
            card = {}
        elif name == "END":
            yield card
        else:
            card.setdefault(name, []).append(_value(match["rest"].upper(), match["value"]))


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


def _rows(card: dict[str, list[str]]) -> list[list[str]]:
    first = {name: _plain(values[0]) for name, values in card.items()}
    name = first.get("FN") or _name(card.get("N", [""])[0])
    tags = first.get("CATEGORIES", "").replace(";", ",")
    phone = first.get("TEL", "").removeprefix("tel:")
    company = _part(card, "ORG", 0)
    place = [_part(card, "ADR", 3), _country(_part(card, "ADR", 6))]
    rest = [phone, tags, first.get("NOTE", ""), company, *place, first.get("LANG", "")]
    return [[name, _plain(email), *rest] for email in card.get("EMAIL", [""])]


def _part(card: dict[str, list[str]], name: str, number: int) -> str:
    """One part of a value that is put together with semicolons."""
    parts = _UNESCAPED_SEMICOLON.split(card.get(name, [""])[0])
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
