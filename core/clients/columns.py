"""Which column holds what: by its header in Russian or English, else by its values."""

import re
from collections.abc import Callable, Mapping

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
        "рабочий email|личный email|основной email|адрес эп|эл адрес|электронная почта 1|"
        "e mail 1|email 1|контактный email|почтовый адрес электронный"
    ),
    "first_name": "имя|first name|firstname|given name|имя клиента|имя контакта|name first",
    "last_name": "фамилия|last name|lastname|surname|family name|фамилия клиента|name last",
    "name": (
        "фио|ф и о|имя и фамилия|фамилия имя|имя фамилия|полное имя|full name|fullname|name|"
        "display name|отображаемое имя|фио клиента|клиент|контакт|контактное лицо|наименование|"
        "contact|customer|client|file as|фамилия имя отчество"
    ),
    "phone": (
        "телефон|тел|моб|моб тел|мобильный|мобильный телефон|сотовый|номер|номер телефона|phone|"
        "phone number|mobile|mobile phone|cell|tel|telephone|phone 1 value|primary phone|"
        "business phone|home phone|рабочий телефон|домашний телефон|основной телефон|"
        "телефон 1|phone 2 value|номер мобильного|контактный телефон"
    ),
    "tags": (
        "метки|метка|теги|тег|тэги|tags|tag|labels|label|группа|группы|group|groups|"
        "group membership|категория|категории|categories|category|сегмент|segment"
    ),
    "company": (
        "компания|организация|фирма|место работы|company|organization|organisation|"
        "organization name|organization 1 name|company name|org"
    ),
    "country": (
        "страна|country|country region|страна регион|home country|business country|"
        "home country region|business country region|address 1 country|рабочая страна"
    ),
    "city": (
        "город|населенный пункт|city|town|home city|business city|address 1 city|"
        "рабочий город|locality"
    ),
    "timezone": "часовой пояс|таймзона|time zone|timezone|tz",
    "language": "язык|language|lang|locale",
    "consent": (
        "согласие|откуда согласие|источник согласия|источник|consent|consent source|source|"
        "opt in source|где дано согласие"
    ),
    "consent_on": (
        "дата согласия|когда согласие|дата подписки|подписан с|consent date|opt in date|"
        "subscribed on|opt in time|confirm time|optin time"
    ),
    "comment": (
        "комментарий|комментарии|примечание|примечания|заметка|заметки|notes|note|comment|"
        "comments|описание|description|дополнительная информация"
    ),
}
_KNOWN = {name: field for field, names in _HEADERS.items() for name in names.split("|")}
_SIGNS = re.compile(r"[\W_]+")
_PHONE = re.compile(r"(?!\d{1,4}[.-]\d\d?[.-]\d{2,4}$)\+?[\d\s().-]{7,20}")  # and no date
_WORDS = re.compile(r"[^\W\d_][^\d@]*")


def field_of(title: str) -> str | None:
    """The field that a header names."""
    return _KNOWN.get(plain(title))


def plain(title: str) -> str:
    """A header without signs, as titles are compared."""
    return _SIGNS.sub(" ", title.lower().replace("ё", "е")).strip()


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


def recognise(
    header: list[str], sample: list[list[str]], own: Mapping[str, str] | None = None
) -> Columns:
    """Field -> column, the first that fits; what the header leaves open is told by the values.

    `own` names the owner's own fields by their titles, as `plain` makes them. Address books have
    several columns of a kind, filled or not: one with values goes before an empty one.
    """
    found: Columns = {}
    for column, title in enumerate(header):
        field = (own or {}).get(plain(title)) or field_of(title)
        if field and (field not in found or not _filled(sample, found[field], column)):
            found[field] = column
    for field, share in (("email", _emails), ("phone", _phones), ("name", _names)):
        if _given(field, found):
            continue
        best = _best(sample, share, set(found.values()))
        if best is not None:
            found[field] = best
    return found


def _filled(sample: list[list[str]], column: int, other: int) -> bool:
    """Whether a column has something, or the other has nothing either."""
    here, there = (any(row[n] for row in sample if n < len(row)) for n in (column, other))
    return here or not there


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
