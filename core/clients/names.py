"""A full name in two: «Петрова Анна Сергеевна» is Anna by first name, Petrova by last."""

from core.typed import one_line

_PATRONYMIC = ("ич", "вна", "ична", "оглы", "кызы")
_SURNAME = ("ова", "ева", "ёва", "ов", "ев", "ёв", "ский", "ская", "цкий", "цкая", "енко")


def split_name(full: str) -> tuple[str, str]:
    """First and last name. Russian lists often put the surname first; its ending tells."""
    words = one_line(full).split(" ")
    named = [word for word in words if not _patronymic(word, words)]
    if len(named) == 2 and _surname_first(named, words):
        named.reverse()
    return named[0] if named else "", " ".join(named[1:])


def is_full_name(text: str) -> bool:
    """Whether this is a person for certain: «Петрова Анна Сергеевна»."""
    words = one_line(text).split(" ")
    return len(words) == 3 and _patronymic(words[2], words)


def _patronymic(word: str, words: list[str]) -> bool:
    return len(words) == 3 and word is not words[0] and word.lower().endswith(_PATRONYMIC)


def _surname_first(named: list[str], words: list[str]) -> bool:
    if len(words) == 3:
        # «Петрова Анна Сергеевна» has the patronymic last, «Анна Сергеевна Петрова» amid.
        return _patronymic(words[2], words)
    return _surname(named[0]) and not _surname(named[1])


def _surname(word: str) -> bool:
    return len(word) >= 5 and word.lower().endswith(_SURNAME)
