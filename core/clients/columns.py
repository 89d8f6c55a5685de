"""Which column holds what: by its header in Russian or English, else by its values."""

import re
from collections.abc import Callable, Mapping

from core.clients.titles import KNOWN, ORDER

Columns = dict[str, int]
_Fits = Callable[[str], bool]
_Share = Callable[[list[str]], float]
_LOOKED_AT = 15
_SPARED = {"email", "phone"}
MOST_SPARES = 3

_SIGNS = re.compile(r"[\W_]+")
_PHONE = re.compile(r"(?!\d{1,4}[.-]\d\d?[.-]\d{2,4}$)\+?[\d\s().-]{7,20}")  # and no date
_WORDS = re.compile(r"[^\W\d_][^\d@]*")


def field_of(title: str) -> str | None:
    """The field that a header names."""
    return next(iter(KNOWN.get(plain(title), ())), None)


def plain(title: str) -> str:
    """A header without signs, as titles are compared."""
    return _SIGNS.sub(" ", title.lower().replace("ё", "е")).strip()


def header_row(rows: list[list[str]]) -> int | None:
    """Where the header stands (titles may stand above it); None when the rows start at once."""
    titled = (n for n, row in enumerate(rows[:_LOOKED_AT]) if "email" in map(field_of, row))
    if (number := next(titled, None)) is not None:
        return number
    for number, row in enumerate(rows[:_LOOKED_AT]):
        if any("@" in cell and "." in cell for cell in row):
            return None if number == 0 or not _is_title(rows[number - 1]) else number - 1
    return next((n for n, row in enumerate(rows[:_LOOKED_AT]) if _is_title(row)), None)


def _is_title(row: list[str]) -> bool:
    return sum(bool(cell) for cell in row) > 1 or any(map(field_of, row))


def recognise(
    header: list[str], sample: list[list[str]], own: Mapping[str, str] | None = None
) -> Columns:
    """Field -> column, the first that fits; what the header leaves open is told by the values.

    `own` names the owner's own fields by their titles, as `plain` makes them. Address books have
    several columns of a kind, filled or not: the best with values is taken, and the others stand
    in where it is empty (`spares`).
    """
    found: Columns = {}
    for column, title in enumerate(header):
        if field := (own or {}).get(plain(title)):
            found.setdefault(field, column)
    ranked = _ranked(header, sample, set(found.values()))
    _take_best(found, ranked)
    for field, share in (("email", _emails), ("phone", _phones), ("name", _names)):
        if _given(field, found):
            continue
        best = _best(sample, share, set(found.values()))
        if best is not None:
            found[field] = best
    return found


def spares(field: str) -> list[str]:
    """What columns are called that stand in for an empty one, in their order."""
    return [f"{field}+{number}" for number in range(1, MOST_SPARES + 1)] if field in _SPARED else []


def _ranked(
    header: list[str], sample: list[list[str]], used: set[int]
) -> dict[str, list[tuple[bool, int, int]]]:
    """Field -> its columns as (empty, step, column), to be sorted."""
    ranked: dict[str, list[tuple[bool, int, int]]] = {}
    for column, title in enumerate(header):
        empty = not any(row[column] for row in sample if column < len(row))
        for field, step in KNOWN.get(plain(title), {}).items():
            if column not in used:
                ranked.setdefault(field, []).append((empty, step, column))
    return ranked


def _take_best(found: Columns, ranked: dict[str, list[tuple[bool, int, int]]]) -> None:
    used = set(found.values())
    for field in (field for field in ORDER if field not in found):
        free = [column for *_, column in sorted(ranked.get(field, [])) if column not in used]
        taken = dict(zip([field, *spares(field)], free, strict=False))
        found |= taken
        used |= set(taken.values())


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
