"""Which column holds what: by its header in Russian or English, else by its values."""

import re
from collections.abc import Callable

from core.clients.forms import FIELDS

Columns = dict[str, int]
_Fits = Callable[[str], bool]
_Share = Callable[[list[str]], float]
_LOOKED_AT = 15

# Headers as Google, Outlook, Yandex, Mail.ru, 1C and people write them, without signs.
_HEADERS = {
    "email": (
        "email|e mail|mail|почта|электронная почта|эл почта|электронный адрес|имейл|емейл|емэйл|"
        "мейл|e mail address|email address|адрес электронной почты|адрес эл почты|e mail 1 value|"
        "email 1 value|primary email|work email|e mail адрес|адрес e mail|email контакта|"
        "рабочий email|личный email|основной email"
    ),
    "first_name": "имя|first name|firstname|given name|имя клиента|имя контакта",
    "last_name": "фамилия|last name|lastname|surname|family name|фамилия клиента",
    "name": (
        "фио|ф и о|имя и фамилия|фамилия имя|имя фамилия|полное имя|full name|fullname|name|"
        "display name|отображаемое имя|фио клиента|клиент|контакт|контактное лицо|наименование|"
        "contact|customer|client|file as|фамилия имя отчество"
    ),
    "phone": (
        "телефон|тел|моб|моб тел|мобильный|мобильный телефон|сотовый|номер|номер телефона|phone|"
        "phone number|mobile|mobile phone|cell|tel|telephone|phone 1 value|primary phone|"
        "business phone|home phone|рабочий телефон|домашний телефон|основной телефон"
    ),
    "tags": (
        "метки|метка|теги|тег|тэги|tags|tag|labels|label|группа|группы|group|groups|"
        "group membership|категория|категории|categories|category|сегмент|segment"
    ),
    "comment": (
        "комментарий|комментарии|примечание|примечания|заметка|заметки|notes|note|comment|"
        "comments|описание|description|дополнительная информация"
    ),
}
_KNOWN = {name: field for field, names in _HEADERS.items() for name in names.split("|")}
_SIGNS = re.compile(r"[\W_]+")
_PHONE = re.compile(r"\+?[\d\s().-]{7,20}")
_WORDS = re.compile(r"[^\W\d_][^\d@]*")


def field_of(title: str) -> str | None:
    """The field that a header names."""
    return _KNOWN.get(_SIGNS.sub(" ", title.lower().replace("ё", "е")).strip())


def header_row(rows: list[list[str]]) -> int | None:
    """Where the header stands (titles may stand above it); None when the rows start at once."""
    for number, row in enumerate(rows[:_LOOKED_AT]):
        if any("@" in cell and "." in cell for cell in row):
            return None if number == 0 or not _is_title(rows[number - 1]) else number - 1
        if "email" in map(field_of, row):
            return number
    return next((n for n, row in enumerate(rows[:_LOOKED_AT]) if _is_title(row)), None)


def _is_title(row: list[str]) -> bool:
    return sum(bool(cell) for cell in row) > 1 or any(map(field_of, row))


def recognise(header: list[str], sample: list[list[str]]) -> Columns:
    """Field -> column, the first that fits; what the header leaves open is told by the values."""
    found: Columns = {}
    for column, title in enumerate(header):
        if (field := field_of(title)) and field not in found:
            found[field] = column
    for field, share in (("email", _emails), ("phone", _phones), ("name", _names)):
        if _given(field, found):
            continue
        best = _best(sample, share, set(found.values()))
        if best is not None:
            found[field] = best
    return {field: found[field] for field in FIELDS if field in found}


def _given(field: str, found: Columns) -> bool:
    return field in found or (field == "name" and bool({"first_name", "last_name"} & set(found)))


def _best(sample: list[list[str]], share: _Share, used: set[int]) -> int | None:
    width = max((len(row) for row in sample), default=0)
    free = [column for column in range(width) if column not in used]
    shares = {
        column: share([row[column] for row in sample if column < len(row)]) for column in free
    }
    best = max(shares, key=lambda column: shares[column], default=None)
    return best if best is not None and shares[best] > 0.5 else None


def _emails(cells: list[str]) -> float:
    return _fitting(cells, lambda cell: "@" in cell and "." in cell.rpartition("@")[2])


def _phones(cells: list[str]) -> float:
    return _fitting(cells, lambda cell: bool(_PHONE.fullmatch(cell)))


def _names(cells: list[str]) -> float:
    return _fitting(cells, lambda cell: len(cell) < 60 and bool(_WORDS.fullmatch(cell)))


def _fitting(cells: list[str], fits: _Fits) -> float:
    filled = [cell for cell in cells if cell]
    return sum(map(fits, filled)) / len(filled) if filled else 0
