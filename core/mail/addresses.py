"""Mail addresses as protocols want them: IDNA domains, nothing that could end a line."""

import re

import idna

_PLAIN = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,40}"
).fullmatch
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f<>()\[\],;:\\\"]")


class BadAddress(ValueError):
    """An address that must not reach a mail server or a header."""


def ascii_domain(address: str) -> str:
    """The address with its domain in ASCII (IDNA); the local part stays as it is."""
    if _PLAIN(address):
        return address
    local, at, domain = address.rpartition("@")
    if not at or not local or _FORBIDDEN.search(address):
        raise BadAddress(f"not a mail address: {address!r}")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise BadAddress(f"not a domain name: {domain!r}") from error


def show_email(address: str) -> str:
    """The address as people write it: `ivan@пример.рф`, not `ivan@xn--e1afmkfd.xn--p1ai`."""
    if "xn--" not in address:
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return address
