"""Every text has its Russian; no catalogue keeps what no code says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from core.i18n import number, translator

ROOT = Path(__file__).parents[2]
PO = ROOT / "core" / "i18n" / "locales" / "ru"
SPOKEN = ("core", "bot", "admin_web", "workers")
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2), "gettext": None, "ngettext": (1, 2)}
METHODS = [("**/templates/**.html", "jinja2"), ("**/layouts/**", "jinja2"), ("**.py", "python")]
FIELD = re.compile(r"\{(\w*)[^{}]*\}")

Key = str | tuple[str, ...]


def said() -> set[Key]:
    """What the code marks for translation."""
    found: set[Key] = set()
    for folder in SPOKEN:
        rows = extract_from_dir(str(ROOT / folder), METHODS, keywords=KEYWORDS)
        found |= {tuple(text) if isinstance(text, tuple) else text for _, _, text, _, _ in rows}
    return found


def written() -> Iterator[tuple[Path, Message]]:
    """What the catalogues translate."""
    for path in sorted(PO.glob("*.po")):
        with path.open("rb") as source:
            yield from ((path, message) for message in read_po(source, locale="ru") if message.id)


def key(message: Message) -> Key:
    return tuple(message.id) if isinstance(message.id, list | tuple) else str(message.id)


def strings(message: Message) -> tuple[str, ...]:
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def translated() -> dict[Key, Message]:
    return {key(message): message for _, message in written()}


def fields(texts: Key) -> set[str]:
    joined = texts if isinstance(texts, str) else " ".join(texts)
    return set(FIELD.findall(joined.replace("{{", "").replace("}}", "")))


def test_every_text_is_translated() -> None:
    missing = sorted(map(str, said() - translated().keys()))
    assert not missing, "\n".join(missing)


def test_no_translation_is_left_over() -> None:
    unused = sorted(map(str, translated().keys() - said()))
    assert not unused, "\n".join(unused)


def test_no_text_is_translated_twice_differently() -> None:
    seen: dict[Key, Message] = {}
    for path, message in written():
        other = seen.setdefault(key(message), message)
        assert other.string == message.string, f"{path.name}: {message.id}"


def test_translations_are_whole_and_carry_the_same_fields() -> None:
    for path, message in written():
        assert all(strings(message)), f"{path.name}: {message.id} is empty"
        assert not message.fuzzy, f"{path.name}: {message.id} is fuzzy"
        assert fields(strings(message)) == fields(key(message)), f"{path.name}: {message.id}"


@pytest.mark.parametrize("path", sorted(PO.glob("*.po")), ids=lambda path: path.stem)
def test_plural_forms_are_russian(path: Path) -> None:
    with path.open("rb") as source:
        assert read_po(source).num_plurals == 3


@pytest.mark.parametrize(("locale", "shown"), [("ru", "200\xa0000 строк"), ("en", "200,000 rows")])
def test_a_large_number_is_said_in_groups(locale: str, shown: str) -> None:
    _ = translator(locale)
    assert _.plural("{n} row", "{n} rows", 200_000) == shown
    assert "9999" in _.plural("{n} row", "{n} rows", 9999)
    assert number(1234.5, locale) in ("1234,5", "1234.5")
