"""Web addresses as every mail program follows them: Outlook guesses at what is not ASCII."""

import re
from urllib.parse import quote

import idna

_HOST = re.compile(r"(https?://)([^/?#{}:@]+)", re.I)
_BEYOND = re.compile(r"\{[^{}]*\}|[^\x00-\x7f]+")


def ascii_link(address: str) -> str:
    """The address with its domain in IDNA and its path percent-encoded; placeholders stay."""
    if address.isascii():
        return address
    return _BEYOND.sub(_encoded, _HOST.sub(_host, address, count=1))


def _host(found: re.Match[str]) -> str:
    try:
        return found[1] + idna.encode(found[2], uts46=True).decode()
    except idna.IDNAError:
        return found[0]


def _encoded(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("{") else quote(found[0])
