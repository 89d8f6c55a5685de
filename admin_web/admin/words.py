"""How values are shown: moments in the reader's zone, states in words and colours."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_percent
from markupsafe import Markup

from admin_web.admin import agents
from admin_web.admin.labels import COLOURS, FIELDS, OF_FIELD, STATES, VALUES
from core.i18n import Translator, number
from core.mail.addresses import show_email
from core.mailings import quiet
from core.users.fields import show_phone

_LONG = 120


class Show:
    """Values as one reader wants them."""

    def __init__(self, _: Translator, timezone: str) -> None:
        self._ = _
        self._zone = ZoneInfo(timezone)

    def label(self, field: str, table: str = "") -> str:
        """A field's name in words."""
        known = FIELDS.get(f"{table}.{field}") or FIELDS.get(field)
        return self._(known) if known else field.replace("_", " ").capitalize()

    def word(self, value: str, field: str = "", table: str = "") -> str:
        """A state's name in words."""
        own = OF_FIELD.get((f"{table}.{field}", value)) or OF_FIELD.get((field, value))
        known = own or VALUES.get(value)
        return self._(known) if known else value

    def title(self, text: str) -> str:
        """A table's title."""
        return self._(text)

    def badge(self, value: str, field: str = "status", table: str = "") -> Markup:
        """A state in words and in colour."""
        colour, said = COLOURS.get(value, "secondary"), self.word(value, field, table)
        return Markup('<span class="status status-{}">{}</span>').format(colour, said)

    def moment(self, at: datetime | None, form: str = "d MMM y, HH:mm") -> Markup:
        """A date and time in the reader's zone, exact for machines."""
        if at is None:
            return NOTHING
        local = at.astimezone(self._zone).replace(microsecond=0)
        return _time(local.replace(tzinfo=None), local.isoformat(), form, self._.locale)

    def number(self, n: float) -> str:
        """1,000,000 with the reader's separators."""
        return number(n, self._.locale)

    def short(self, n: int) -> str:
        """12k, 3.5M: where there is room for no more."""
        for power, letter in ((10**6, "M"), (10**3, "k")):
            if n >= power:
                return f"{n / power:g}{letter}"
        return str(n)

    def rows(self, n: int) -> str:
        """12 rows"""
        return self._.plural("{n} row", "{n} rows", n).unescape()

    def codes_left(self, n: int) -> str:
        """2 recovery codes are left."""
        _ = self._
        return _.plural("{n} recovery code is left.", "{n} recovery codes are left.", n).unescape()

    def dead_letters(self, n: int) -> str:
        """2 messages were understood by no worker."""
        return self._.plural(
            "{n} message was understood by no worker.",
            "{n} messages were understood by no worker.",
            n,
        ).unescape()

    def clients(self, n: int) -> str:
        """12 clients"""
        return self._.plural("{n} client", "{n} clients", n).unescape()

    def letters(self, n: int) -> str:
        """12 letters"""
        _ = self._
        return _.plural("{count} letter", "{count} letters", n, count=self.number(n)).unescape()

    def percent(self, part: float) -> str:
        """98.7 %"""
        return format_percent(part, "#,##0.#%", locale=self._.locale)

    def seconds(self, span: timedelta | None) -> str:
        """1.25 s"""
        if span is None:
            return ""
        return self._("{n} s", n=self.number(round(span.total_seconds(), 2))).unescape()

    def value(self, value: Any, *, field: str = "", table: str = "", whole: bool = False) -> Any:
        """Any value of a table, for a cell or for a page of its own."""
        if value is None or value == "" or value == [] or value == {}:
            return NOTHING
        if isinstance(value, bool):
            return self.badge("yes") if value else self.word("no")
        if isinstance(value, timedelta):
            return self.seconds(value)
        if isinstance(value, datetime):
            return self.moment(value, "d MMM y, HH:mm:ss" if whole else "d MMM y, HH:mm")
        if field in READABLE:
            return READABLE[field](str(value), self._.locale)
        if field in BADGES:
            return self.badge(str(value), field, table)
        if field in STATES and isinstance(value, str):
            value = self.word(value, field, table)
        return self._text(value, whole)

    def _text(self, value: Any, whole: bool) -> Any:
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        if isinstance(value, dict):
            value = ", ".join(f"{name}: {part}" for name, part in value.items())
        text = str(value)
        return text if whole or len(text) <= _LONG else text[: _LONG - 1] + "…"


@lru_cache(maxsize=4096)  # what is listed together often happened in the same second
def _time(local: datetime, exact: str, form: str, locale: str) -> Markup:
    shown = format_datetime(local, form, locale=locale)
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(exact, shown)


def _country(code: str, locale: str) -> str:
    return str(Locale(locale).territories.get(code, code))


READABLE: Mapping[str, Callable[[str, str], str]] = {
    "email": lambda email, _locale: show_email(email),
    "recipient": lambda email, _locale: show_email(email),
    "phone": lambda phone, _locale: show_phone(phone),
    "country": _country,
    "agent": lambda agent, _locale: agents.called(agent),
    "quiet_from": lambda minute, _locale: quiet.shown(int(minute)),
    "quiet_to": lambda minute, _locale: quiet.shown(int(minute)),
}
NOTHING = Markup('<span class="nothing text-secondary" aria-hidden="true">—</span>')
BADGES = ("status", "purpose", "via", "missed", "audience", "admission", "decision")
