"""Readable addresses out of Russian titles: «Летняя распродажа» is `letnyaya-rasprodazha`."""

import re
from collections.abc import Collection
from itertools import count
from unicodedata import normalize

_LETTERS = dict(zip("абвгдезийклмнопрстуф", "abvgdeziyklmnoprstuf", strict=True)) | {
    "ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "",
    "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g",
    "ў": "u",
}  # fmt: skip
_TABLE = str.maketrans(_LETTERS)
_OTHER = re.compile(r"[^a-z0-9]+")
_LIMIT = 60


def slug_of(title: str, otherwise: str = "message") -> str:
    """Latin letters, digits and hyphens; `otherwise` when nothing of the title is left."""
    latin = normalize("NFC", title).lower().translate(_TABLE)
    plain = normalize("NFKD", latin).encode("ascii", "ignore").decode()
    slug = _OTHER.sub("-", plain).strip("-")
    if len(slug) > _LIMIT:
        slug = slug[:_LIMIT].rpartition("-")[0] or slug[:_LIMIT]
    return slug or otherwise


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """The wanted one, or the first of `-2`, `-3`, ... that nobody has."""
    if wanted not in taken:
        return wanted
    return next(slug for no in count(2) if (slug := f"{wanted}-{no}") not in taken)
