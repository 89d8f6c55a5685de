"""Countries under their names in the reader's language, found by typing a part of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pycountry
from babel import Locale

from core.errors import Invalid
from core.i18n import N_
from core.typed import shortened

# What people type that no list of official names has.
_ALSO = {
    "AE": "оаэ|эмираты|uae|emirates",
    "AM": "республика армения",
    "BA": "босния",
    "BY": "белоруссия|республика беларусь",
    "CD": "дрк|заир",
    "CF": "цар",
    "CI": "ivory coast",
    "CZ": "чешская республика|czech|czech republic",
    "DE": "фрг|deutschland",
    "ES": "españa",
    "GB": "англия|великобритания|uk|england|britain|great britain|шотландия|scotland|wales",
    "KG": "киргизстан|кыргызстан",
    "KP": "кндр|северная корея|north korea",
    "KR": "южная корея|корея|республика корея|south korea|korea",
    "KZ": "республика казахстан",
    "MD": "молдавия|республика молдова",
    "MK": "macedonia|македония",
    "NL": "голландия|holland|the netherlands",
    "PL": "polska",
    "RU": "рф|россия|российская федерация",
    "TM": "туркмения",
    "TR": "turkey",
    "US": "сша|америка|usa|america|соединенные штаты америки|соединенные штаты|u.s.a.|u.s.",
    "UZ": "республика узбекистан",
    "ZA": "юар",
}
_FIRST = {
    "ru": ("RU", "BY", "KZ", "UZ", "KG", "AM", "GE", "UA"),
    "en": ("US", "GB", "CA", "AU", "IN", "DE"),
}


@dataclass(frozen=True)
class Country:
    """A country as a person picks it."""

    code: str
    name: str

    @property
    def flag(self) -> str:
        """The flag's pictogram, made of the code's letters."""
        return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in self.code)

    @property
    def label(self) -> str:
        return f"{self.flag} {self.name}"


@cache
def countries(locale: str) -> tuple[Country, ...]:
    """All countries: the likely ones first, the rest by name."""
    names = Locale(locale).territories
    found = [Country(c.alpha_2, names.get(c.alpha_2, c.name)) for c in pycountry.countries]
    first = _FIRST.get(locale, ())
    return tuple(sorted(found, key=lambda c: (_place(c.code, first), _sortable(c.name))))


def _place(code: str, first: tuple[str, ...]) -> int:
    return first.index(code) if code in first else len(first)


def _sortable(name: str) -> str:
    return _folded(name).replace("å", "a").replace("о-в", "о")


def country(code: str, locale: str) -> Country:
    """One country; the code may come from an old button."""
    for candidate in countries(locale):
        if candidate.code == code.upper():
            return candidate
    raise Invalid(N_("There is no country “{typed}” in the list."), typed=shortened(code))


def search(text: str, locale: str) -> list[Country]:
    """Countries whose name or code has what was typed, best first; Invalid when there is none."""
    wanted = _folded(text.strip())
    found = [(rank, c) for c in countries(locale) if (rank := _rank(c, wanted)) is not None]
    if not wanted or not found:
        raise Invalid(
            N_(
                "No country is called “{typed}”. "
                "Type the beginning of its name, for example: {example}"
            ),
            typed=shortened(text),
            example=countries(locale)[0].name[:3],
        )
    return [c for _, c in sorted(found, key=lambda pair: pair[0])]


def named(text: str) -> Country | None:
    """The country that goes by this name or code in either language, or the only one that can."""
    wanted = _folded(text.strip())
    ranked = [(rank, c) for c in countries("en") if (rank := _rank(c, wanted)) is not None]
    best = [c for rank, c in ranked if rank == 0] or [c for _, c in ranked]
    return best[0] if wanted and len(best) == 1 else None


def _rank(candidate: Country, wanted: str) -> int | None:
    names = _names(candidate)
    if wanted == candidate.code.lower() or wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if len(wanted) > 2 and any(wanted in name for name in names) else None


@cache
def _names(candidate: Country) -> tuple[str, ...]:
    translated = [_folded(Locale(locale).territories[candidate.code]) for locale in ("ru", "en")]
    return (*translated, *_official(candidate.code), *_ALSO.get(candidate.code, "").split("|"))


def _official(code: str) -> Iterator[str]:
    """As the standard has it: “RUS”, “Russian Federation”, “Venezuela, Bolivarian Republic of”."""
    if found := pycountry.countries.get(alpha_2=code):
        for name in ("alpha_3", "name", "official_name", "common_name"):
            yield _folded(getattr(found, name, ""))


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е").replace("’", "'")
