"""A client as given, checked and ready to be written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
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
        pairs = ((name, getattr(self, name)) for name in _NAMES)
        kept = {name: value for name, value in pairs if value}
        if self.consent_on:
            kept["consent_on"] = self.consent_on.isoformat()
        return kept


_NAMES = tuple(each.name for each in fields(ClientForm))


def check_form(
    typed: Mapping[str, str], country: str, own: OwnKinds | None = None, locale: str = "ru"
) -> ClientForm:
    """A form out of typed fields (see FIELDS and `own`), or Invalid for the first wrong one.

    A phone without a country code is one of the client's country, else of `country`.
    """
    first, last = typed.get("first_name", ""), typed.get("last_name", "")
    if (full := typed.get("name", "")) and not (first and last):
        given = split_name(full)
        first, last = first or given[0], last or given[1]
    lives_in = check_country(typed.get("country", ""))
    return ClientForm(
        email=check_email(typed.get("email", "")),
        first_name=check_name(first),
        last_name=check_name(last),
        phone=check_phone(typed.get("phone", ""), lives_in or country),
        comment=check_comment(typed.get("comment", "")),
        tags=tuple(check_tags(typed.get("tags", ""))),
        company=check_short(typed.get("company", "")),
        country=lives_in,
        city=check_short(typed.get("city", "")),
        timezone=check_timezone(typed.get("timezone", "")),
        language=check_language(typed.get("language", "")),
        consent=check_consent(typed.get("consent", "")),
        consent_on=check_date(typed.get("consent_on", "")),
        own=_own(typed, own or {}),
    )


def _own(typed: Mapping[str, str], own: OwnKinds) -> dict[str, str]:
    checked = {
        key: check_own(kind, typed[name]) for name, (key, kind) in own.items() if name in typed
    }
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
