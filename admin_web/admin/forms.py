"""Forms of rows: WTForms fields judged by core's own rules."""

from collections.abc import Callable, Mapping
from typing import Any

import wtforms
from multidict import MultiDict
from wtforms.validators import StopValidation

from admin_web.admin.here import Here
from admin_web.admin.labels import VALUES
from admin_web.admin.resource import Resource, Row
from core.errors import Invalid, MailCenterError
from core.i18n import LOCALES, N_
from core.mailings.quiet import Quiet
from core.mailings.typed import read_hours
from core.users.countries import countries
from core.users.zones import known_zones

Choices = list[tuple[str, str]]

NEEDED = N_("This is needed.")


class Checked:
    """A rule of core as a validator: what it returns is what will be kept."""

    def __init__(self, rule: Callable[[str], Any]) -> None:
        self._rule = rule

    def __call__(self, form: Any, field: wtforms.Field) -> None:
        try:
            field.data = self._rule(field.data or "")
        except Invalid as error:
            raise StopValidation(form.said(error)) from error


def quiet_of(row: Row) -> str:
    """The quiet hours of an owner or a mailing, as they are typed."""
    return str(Quiet.of(row.quiet_from, row.quiet_to) or "")


def read_quiet(typed: str) -> Quiet | None:
    """Quiet hours as in the chat; nothing typed is none."""
    return read_hours(typed) if typed.strip() else None


class Posted(MultiDict[Any]):
    """What was sent, as WTForms wants to read it."""

    def getlist(self, key: str) -> list[Any]:
        """Every value of a name."""
        return self.getall(key, [])


class RowForm(wtforms.Form):  # type: ignore[misc]  # the library has no types
    """Base of all; `at` is who fills it in."""

    at: Here

    def said(self, error: MailCenterError) -> str:
        """An error in the reader's language."""
        return self.at._(error.text, **error.fields).unescape()

    def refuse(self, name: str, error: MailCenterError) -> None:
        """Put an error beside a field that turned out wrong while saving."""
        self[name].errors = [*self[name].errors, self.said(error)]


def form_of(
    resource: Resource,
    at: Here,
    row: Row | None,
    posted: Mapping[str, Any] | None,
    given: Mapping[str, str],
) -> RowForm:
    """The form of a row to edit, or of a new one that starts with what the address gives."""
    fields = _changeable(resource, row) if row else {**resource.only_new, **resource.fields}
    kind = type("Form", (RowForm,), dict(fields))
    known = {name: resource.value(row, name) for name in resource.fields} if row else dict(given)
    form: RowForm = kind(
        Posted(posted) if posted is not None else None,
        data=known,
        meta={"locales": [at._.locale], "cache_translations": True},
    )
    form.at = at
    form._fields = {name: form[name] for name in fields}
    for field in form:
        if isinstance(field, wtforms.SelectField):
            offered = resource.choices.get(field.name) or CHOICES[field.name]
            field.choices = offered(at)
        field.errors = list(field.errors)
    return form


def _changeable(resource: Resource, row: Row) -> Mapping[str, wtforms.Field]:
    fixed = resource.fixed(row)
    return {name: field for name, field in resource.fields.items() if name not in fixed}


def _countries(at: Here) -> Choices:
    return [(each.code, each.name) for each in countries(at._.locale)]


def _zones(_at: Here) -> Choices:
    return [(zone, zone.replace("_", " ")) for zone in sorted(known_zones())]


def languages(_at: Here) -> Choices:
    """The languages that are spoken here, each in its own words."""
    return [(locale, {"ru": "Русский", "en": "English"}[locale]) for locale in LOCALES]


def _missed(at: Here) -> Choices:
    return [(value, at._(VALUES[value]).unescape()) for value in ("run_once", "skip", "ask")]


def _security(_at: Here) -> Choices:
    return [("starttls", "STARTTLS"), ("tls", "TLS"), ("none", "—")]


CHOICES: dict[str, Callable[[Here], Choices]] = {
    "country": _countries,
    "timezone": _zones,
    "locale": languages,
    "missed": _missed,
    "security": _security,
}
