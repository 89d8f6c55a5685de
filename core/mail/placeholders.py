"""Placeholders in what owners write: `{first_name}`, `{имя|друг}`.

Single braces, a name, and after a bar what stands there when the value is empty. Nothing is ever
evaluated: `{{7*7}}` and `{margin: 0}` stay as they are. Values are plain text.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

KNOWN = (
    "first_name",
    "last_name",
    "name",
    "email",
    "phone",
    "country",
    "city",
    "company",
    "timezone",
    "language",
    "comment",
    "tags",
    "consent",
    "consent_on",
)

ALIASES = {
    "имя": "first_name",
    "фамилия": "last_name",
    "имя_фамилия": "name",
    "полное_имя": "name",
    "фио": "name",
    "почта": "email",
    "адрес": "email",
    "телефон": "phone",
    "страна": "country",
    "город": "city",
    "компания": "company",
    "организация": "company",
    "часовой_пояс": "timezone",
    "язык": "language",
    "комментарий": "comment",
    "метки": "tags",
    "согласие": "consent",
    "дата_согласия": "consent_on",
    "firstname": "first_name",
    "lastname": "last_name",
    "full_name": "name",
    "e-mail": "email",
}

_PATTERN = re.compile(r"(?<!\{)\{([^\W\d][\w-]{0,39})(?:\|([^{}<>\n]*))?\}(?!\})")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for the value called `name`, or for `fallback` when it is empty."""

    name: str
    fallback: str = ""


def canonical(name: str) -> str:
    """The name that values are kept under: `Имя` is `first_name`."""
    name = name.lower()
    return ALIASES.get(name, name)


def check(text: str, known: Iterable[str] = KNOWN) -> list[str]:
    """Names used in `text` that are not known, as they were typed, each once."""
    known = frozenset(known)
    names = (match[1] for match in _PATTERN.finditer(text))
    return list(dict.fromkeys(name for name in names if canonical(name) not in known))


def split(text: str, known: Iterable[str] = KNOWN) -> list[str | Slot]:
    """`text` cut at its known placeholders; unknown ones stay text."""
    known = frozenset(known)
    pieces: list[str | Slot] = []
    end = 0
    for match in _PATTERN.finditer(text):
        if (name := canonical(match[1])) in known:
            pieces += [text[end : match.start()], Slot(name, match[2] or "")]
            end = match.end()
    return [piece for piece in (*pieces, text[end:]) if piece != ""]


def fill(
    text: str,
    values: Mapping[str, str],
    known: Iterable[str] = KNOWN,
    escape: Callable[[str], str] = str,
) -> str:
    """`text` with its placeholders filled, for showing; `escape` is applied to values only."""
    return "".join(
        piece if isinstance(piece, str) else escape(values.get(piece.name) or piece.fallback)
        for piece in split(text, known)
    )
