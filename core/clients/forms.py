"""A client as given, checked and ready to be written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

from core.clients.extras import (
    check_consent,
    check_country,
    check_date,
    check_language,
    check_short,
    check_timezone,
)
from core.clients.fields import check_comment, check_email, check_name, check_phone, check_tags
from core.clients.names import split_name
from core.clients.own_values import OwnKinds, check_own
from core.errors import Invalid

FIELDS = (
    "email",
    "name",
    "first_name",
    "last_name",
    "phone",
    "company",
    "country",
    "city",
    "timezone",
    "language",
    "tags",
    "comment",
    "consent",
    "consent_on",
)

Wrong = dict[str, Invalid]  # by field


@dataclass(frozen=True, slots=True)
class ClientForm:
    """Checked fields; an empty one is not given. `own` is by the fields' keys."""

    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None
    comment: str = ""
    tags: tuple[str, ...] = ()
    company: str = ""
    country: str | None = None
    city: str = ""
    timezone: str | None = None
    language: str | None = None
    consent: str = ""
    consent_on: date | None = None
    own: dict[str, str] = field(default_factory=dict)

    def given(self) -> dict[str, Any]:
        """What is not empty, by column, as JSON."""
        pairs = zip(_NAMES, _VALUES(self), strict=True)
        kept = {name: value for name, value in pairs if value}
        if self.consent_on:
            kept["consent_on"] = self.consent_on.isoformat()
        return kept


_NAMES = tuple(each.name for each in fields(ClientForm))
_VALUES = attrgetter(*_NAMES)


def check_form(typed: Mapping[str, str], country: str, own: OwnKinds | None = None) -> ClientForm:
    """A form out of typed fields (see FIELDS and `own`), or Invalid for the first wrong one.

    A phone without a country code is one of the client's country, else of `country`.
    """
    form, wrong = usable_form(typed, country, own)
    for reason in wrong.values():
        raise reason
    return form


def usable_form(
    typed: Mapping[str, str], country: str, own: OwnKinds | None = None
) -> tuple[ClientForm, Wrong]:
    """The same without the fields that are wrong, and why by field; Invalid for the address."""
    wrong: Wrong = {}
    given: dict[str, Any] = {"email": check_email(typed.get("email", ""))}
    for name, text in _named(typed).items():
        check = _CHECKS.get(name)
        if text and check:
            try:
                given[name] = check(text)
            except Invalid as reason:
                wrong[name if typed.get(name) else "name"] = reason
    if phone := typed.get("phone"):
        try:
            given["phone"] = check_phone(phone, given.get("country") or country)
        except Invalid as reason:
            wrong["phone"] = reason
    if own:
        given["own"] = _own(typed, own, wrong)
    return ClientForm(**given), wrong


def _named(typed: Mapping[str, str]) -> Mapping[str, str]:
    """The fields with a full name taken apart, as far as its parts are not given."""
    first, last = typed.get("first_name", ""), typed.get("last_name", "")
    if not (full := typed.get("name", "")) or (first and last):
        return typed
    given = split_name(full)
    return {**typed, "first_name": first or given[0], "last_name": last or given[1]}


@lru_cache(maxsize=5000)  # a list has the same again and again
def _tags(text: str) -> tuple[str, ...]:
    return tuple(check_tags(text))


_CHECKS: dict[str, Callable[[str], Any]] = {
    "first_name": check_name,
    "last_name": check_name,
    "company": check_short,
    "country": check_country,
    "city": check_short,
    "timezone": check_timezone,
    "language": check_language,
    "tags": _tags,
    "comment": check_comment,
    "consent": check_consent,
    "consent_on": check_date,
}


def _own(typed: Mapping[str, str], own: OwnKinds, wrong: Wrong) -> dict[str, str]:
    checked: dict[str, str] = {}
    for name, (key, kind) in own.items():
        if text := typed.get(name):
            try:
                checked[key] = check_own(kind, text)
            except Invalid as reason:
                wrong[name] = reason
    return {key: value for key, value in checked.items() if value}


def merged(earlier: ClientForm, later: ClientForm) -> ClientForm:
    """One client given twice: the later value wins unless it is empty, tags are joined."""
    kept = {name: getattr(later, name) or getattr(earlier, name) for name in _NAMES}
    joined = {
        "tags": tuple(dict.fromkeys(earlier.tags + later.tags)),
        "own": earlier.own | later.own,
        "email": later.email,
    }
    return ClientForm(**kept | joined)


def tagged(form: ClientForm, tags: Iterable[str]) -> ClientForm:
    """The same form with these tags as well."""
    return replace(form, tags=tuple(check_tags((*form.tags, *tags))))
