"""Header fields as they come: folded, repeated, encoded, broken."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header

_FIELD = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,70})[ \t]*:[ \t]*(.*)")
_LONGEST = 4000

Fields = dict[str, list[str]]


def read_fields(lines: list[str]) -> Fields:
    """Values by lower-case name; lines that are no field are passed over."""
    fields: Fields = {}
    values: list[str] | None = None
    for line in lines:
        if line[:1] in (" ", "\t"):
            if values and len(values[-1]) < _LONGEST:
                values[-1] += " " + line.strip()
        elif match := _FIELD.match(line[:_LONGEST]):
            values = fields.setdefault(match[1].lower(), [])
            values.append(match[2].strip())
        else:
            values = None
    return fields


def first(fields: Fields, *names: str) -> str:
    """The first value that is not empty, names in order of preference."""
    return next((value for name in names for value in fields.get(name, ()) if value), "")


def parameter(value: str, name: str) -> str:
    """A parameter of Content-Type, quoted or bare."""
    match = re.search(rf';\s*{name}\s*=\s*(?:"([^"]*)"|([^\s;]+))', value, re.IGNORECASE)
    return (match[1] or match[2] or "") if match else ""


def readable(value: str) -> str:
    """RFC 2047 words decoded; what cannot be decoded stays as it is."""
    if "=?" not in value:
        return value
    try:
        return sound(str(make_header(decode_header(value))))
    except (HeaderParseError, LookupError, ValueError):
        return value


def sound(text: str) -> str:
    """The same; ValueError for halves of characters, which some of Python's charsets let through
    and nobody can store."""
    text.encode()
    return text
