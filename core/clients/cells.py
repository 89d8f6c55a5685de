"""What address books and tables put into one cell besides a plain value."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from core.clients.columns import spares
from core.clients.names import is_full_name

_ADDRESS = re.compile(r"[^\s,;:|<>()\[\]\"']+@[^\s,;:|<>()\[\]\"']+")
_NAMED = re.compile(r"\s*[\"']?(?P<name>[^<>\"]*?)[\"']?\s*<(?P<email>[^<>\s]+@[^<>\s]+)>\s*")
_REMARK = re.compile(r"\s+\([^()@]*\)$")
_SEVERAL = re.compile(r"\s*(?::::|[,;|\n]|\s/\s)\s*")
_FIVE_DIGITS = re.compile(r"(?:\D*\d){5}")
_WRITTEN_SHORT = re.compile(r"(\d)[.,](\d+)E\+?(\d+)", re.I)
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")  # a spreadsheet's own count of days, 1954 to 2091
_FIRST_DAY = date(1899, 12, 30)
# Google's own groups stand with a star, and these say nothing of a client.
_EVERYBODY = {"mycontacts", "my contacts", "other contacts", "starred", "starred in android"}
_FIRM = re.compile(r"\b(?:(?:О|З|П|Н)?АО|ООО|НКО|ТОО|LLC|Ltd|Inc|GmbH)\b")
_SPARES = {field: spares(field) for field in ("email", "phone")}
_FULL = ("name", "first_name", "last_name")


def loosened(typed: Mapping[str, str]) -> list[dict[str, str]]:
    """The fields of a row made plain: one row for each of its addresses."""
    plain = _filled(typed)
    if phone := plain.get("phone"):
        plain["phone"] = one_phone(phone)
    if tags := plain.get("tags"):
        plain["tags"] = plain_tags(tags)
    if (day := plain.get("consent_on")) and _SERIAL.fullmatch(day):
        plain["consent_on"] = _day(day)
    emails = addresses(plain.get("email", ""))
    if len(emails) == 1 and "<" in emails[0] and (named := _NAMED.fullmatch(emails[0])):
        emails = [named["email"]]
        if not any(plain.get(field) for field in _FULL):
            plain["name"] = named["name"]
    _put_names_right(plain)
    return [plain | {"email": email} for email in emails]


def _filled(typed: Mapping[str, str]) -> dict[str, str]:
    """The columns that stand in for an empty one put in its place."""
    plain = dict(typed)
    for field, names in _SPARES.items():
        if names[0] in plain:
            others = [plain.pop(name, "") for name in names]
            plain[field] = plain.get(field) or next(filter(None, others), "")
    return plain


def addresses(cell: str) -> list[str]:
    """The addresses of a cell, or the cell as it is when it holds one or something else."""
    if cell.count("@") < 2:
        return [_REMARK.sub("", cell) if cell.endswith(")") else cell]
    found = _ADDRESS.findall(cell)
    return list(dict.fromkeys(found)) if len(found) == cell.count("@") else [cell]


def one_phone(cell: str) -> str:
    """The first of several numbers; one that a spreadsheet wrote as 7.9161234567E+10, whole."""
    if short := _WRITTEN_SHORT.fullmatch(cell):
        return short[1] + short[2] if len(short[2]) == int(short[3]) else cell
    if not _SEVERAL.search(cell):
        return cell
    parts = _SEVERAL.split(cell)
    return next((part for part in parts if _FIVE_DIGITS.match(part)), cell)


def _day(serial: str) -> str:
    return (_FIRST_DAY + timedelta(days=int(serial[:5]))).isoformat()


def plain_tags(cell: str) -> str:
    """`* myContacts ::: VIP` and `"VIP","Blog"` with commas alone."""
    if "*" not in cell and '"' not in cell and ":::" not in cell:
        return cell
    tags = [tag.strip(' *"') for tag in _SEVERAL.split(cell)]
    return ",".join(tag for tag in tags if tag.lower() not in _EVERYBODY)


def _put_names_right(plain: dict[str, str]) -> None:
    """Nobody is greeted by an address or as a firm; a firm that is a person's name is one."""
    named = False
    for field in _FULL:
        if name := plain.get(field):
            plain[field] = name = _name(name, plain)
            named = named or bool(name)
    if not named and (company := plain.get("company")):
        company = company.removeprefix("ИП ")
        if is_full_name(company):
            plain |= {"name": company, "company": ""}


def _name(name: str, plain: dict[str, str]) -> str:
    if "@" in name:
        return ""
    if _FIRM.search(name) and not plain.get("last_name"):
        plain["company"] = plain.get("company") or name
        return ""
    return name.removeprefix("ИП ")
