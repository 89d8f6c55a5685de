"""Addresses in running text."""

import re

LOCAL = r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}"
ADDRESS = rf'(?:(?<!"){LOCAL}|"[^"\r\n@]{{1,64}}")@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,10}}'
_ADDRESS = re.compile(ADDRESS)
_SERVICE = re.compile(
    r"(?:mailer[-_.]?daemon|po{1,2}stmaster|abuse|support|no-?reply|root|nobody"
    r"|mail[-_.]?(?:delivery|system).*|bounces?|help|helpdesk)$",
    re.IGNORECASE,
)


def addresses_in(text: str) -> list[str]:
    """Every address in order, once."""
    found: dict[str, str] = {}
    for match in _ADDRESS.finditer(text):
        address = tidy(match[0])
        found.setdefault(address.lower(), address)
    return list(found.values())


def tidy(address: str) -> str:
    """Without what stands around an address rather than in it."""
    local, _, domain = address.rpartition("@")
    own = local.removeprefix("mailto:").lstrip(".'`=")
    return f"{own}@{domain.rstrip('.-_')}"


def first_address(text: str) -> str:
    """The first address in a text, without what stands around it; empty when there is none."""
    match = _ADDRESS.search(text)
    return tidy(match[0]) if match else ""


def is_service(address: str) -> bool:
    """Whether a program or an office stands behind it rather than a recipient."""
    return _SERVICE.match(address.rpartition("@")[0]) is not None
