"""Texts in the reader's language: English in the code, Russian in `locales/ru/*.po`.

A catalogue a subject, so that a subject's texts stand together; they are read at start and
merged. Fields are escaped for HTML as they are filled in, so what a person typed can never
become markup; where plain text is wanted (a button, a mail's subject) call `.unescape()`.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

LOCALES = ("ru", "en")
DEFAULT_LOCALE = "ru"
GROUPED = 10_000  # numbers from here on are read more easily in groups
_FOLDER = Path(__file__).parent / "locales"


def number(n: float, locale: str) -> str:
    """A number as it is read: “9999” and “1.5”, in groups from five digits on: “10 000”."""
    return format_decimal(n, locale=locale, group_separator=abs(n) >= GROUPED)


def N_(text: str) -> str:  # noqa: N802  the name gettext's tools look for
    """Mark a text for translation where it is defined; it is translated where it is shown."""
    return text


class Translator:
    """`_("Hello, {name}", name=...)` and `_.plural("{n} client", "{n} clients", n)`."""

    def __init__(self, locale: str, catalogue: NullTranslations) -> None:
        self.locale = locale
        self._catalogue = catalogue

    def __call__(self, text: str, **fields: object) -> Markup:
        found = self._catalogue.gettext(text)
        if not fields and "{" not in found:  # most; a list has hundreds of them
            return Markup(found)  # noqa: S704  our own texts
        return Markup(found).format(**fields)  # noqa: S704

    def plural(self, one: str, many: str, n: int, **fields: object) -> Markup:
        """The form for `n`, which is also the field `{n}`."""
        shown = number(n, self.locale)
        return Markup(self._catalogue.ngettext(one, many, n)).format(n=shown, **fields)  # noqa: S704


@cache
def translator(locale: str) -> Translator:
    """The translator of a language; an unknown one gets the default."""
    known = locale if locale in LOCALES else DEFAULT_LOCALE
    return Translator(known, _load(known))


def _load(locale: str) -> NullTranslations:
    """One catalogue of all files: a list looks up hundreds of texts."""
    whole, compiled = Catalog(locale=locale), BytesIO()
    for path in sorted((_FOLDER / locale).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=locale):
                if message.id:
                    whole[message.id] = message
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)
