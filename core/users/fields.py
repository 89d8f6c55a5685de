"""Addresses and phone numbers as people type them."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from core.errors import Invalid
from core.i18n import N_
from core.typed import shortened
from core.users.rules import is_plain

_REGIONS = {"ru": "RU", "en": "US"}
_LONGEST_TYPED = 100
_NAMED = re.compile(r"[^<>@\r\n]*<([^<>]+)>")
_KEPT = re.compile(r"\+[0-9]{6,15}")


def check_email(text: str) -> str:
    """The address in the form mail servers know; whether it exists is not tried."""
    typed = _bare(text.strip())
    if not typed:
        raise Invalid(N_("An e-mail address is expected here, for example: anna@example.org"))
    if not all(map(is_plain, typed)) or len(typed.split()) > 1:
        raise _bad_email(
            N_("“{typed}” is not one e-mail address. For example: anna@example.org"), typed
        )
    if typed.count("@") != 1:
        raise _bad_email(
            N_("“{typed}” is no e-mail address: it needs one @. For example: anna@example.org"),
            typed,
        )
    if not typed.partition("@")[0].isascii():
        raise _bad_email(
            N_("“{typed}”: before the @ only Latin letters go. For example: anna@example.org"),
            typed,
        )
    return _valid(typed)


def _bare(typed: str) -> str:
    named = _NAMED.fullmatch(typed)
    return named[1].strip() if named else typed.removeprefix("mailto:")


def _valid(typed: str) -> str:
    try:
        found = validate_email(typed, check_deliverability=False)
    except EmailNotValidError as error:
        raise _bad_email(
            N_("“{typed}” cannot be an e-mail address. For example: anna@example.org"), typed
        ) from error
    return f"{found.local_part}@{found.ascii_domain}"


def _bad_email(text: str, typed: str) -> Invalid:
    return Invalid(text, typed=shortened(typed))


@dataclass(frozen=True)
class Phone:
    """A number in its kept form, with the country it belongs to when that is known."""

    number: str
    country: str | None


def check_phone(text: str, country: str | None = None, locale: str = "ru") -> Phone:
    """A number in any country's way of writing; without a code it is one of `country`."""
    typed = unicodedata.normalize("NFKC", text).strip()
    region = country or _REGIONS.get(locale, "US")
    example = _example(region)
    if not any(map(str.isdigit, typed)) or len(typed) > _LONGEST_TYPED:
        raise Invalid(
            N_("A phone number is expected here, not “{typed}”. For example: {example}"),
            typed=shortened(text),
            example=example,
        )
    for attempt in (typed, "+" + re.sub(r"\D", "", typed).removeprefix("00")):
        if (number := _parsed(attempt, region)) and phonenumbers.is_valid_number(number):
            return _phone(number)
    raise Invalid(_why(_parsed(typed, region)), typed=shortened(text), example=example)


def shared_phone(number: str) -> Phone:
    """The number of a contact: Telegram has checked it, so its form is all that is asked."""
    digits = "+" + re.sub(r"\D", "", number)
    if (parsed := _parsed(digits, None)) and phonenumbers.is_valid_number(parsed):
        return _phone(parsed)
    if not _KEPT.fullmatch(digits):
        raise Invalid(
            N_("A phone number is expected here, not “{typed}”. For example: {example}"),
            typed=shortened(number),
            example=_example("RU"),
        )
    return Phone(digits, None)


def country_of(number: str) -> str | None:
    """The country of a kept number, when the number tells."""
    parsed = _parsed(number, None)
    return _phone(parsed).country if parsed else None


def show_phone(number: str) -> str:
    """+79991234567 as people write it: +7 999 123-45-67."""
    parsed = _parsed(number, None)
    if parsed is None:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _phone(number: phonenumbers.PhoneNumber) -> Phone:
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(number)
    return Phone(written, region if region and region.isalpha() else None)


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _why(number: phonenumbers.PhoneNumber | None) -> str:
    reason = phonenumbers.is_possible_number_with_reason(number) if number else None
    if reason == phonenumbers.ValidationResult.TOO_SHORT:
        return N_("“{typed}” has too few digits for a phone number. For example: {example}")
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        return N_("“{typed}” has too many digits for a phone number. For example: {example}")
    return N_(
        "There is no such phone number: “{typed}”. With the country’s code, please: {example}"
    )


def _example(region: str) -> str:
    kind = phonenumbers.PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(region, kind)
    if number is None or region == "RU":
        return show_phone("+79991234567")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
