"""What each field of a client must be. An empty optional field is fine; a wrong one is not."""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from core.errors import Invalid
from core.i18n import N_
from core.typed import clean, one_line, shortened

MAX_NAME = 100
MAX_COMMENT = 1000
MAX_TAGS = 20
MAX_TAG = 40
_MARKUP = re.compile(r"[<>{}]|://")
_USUAL = re.compile(
    r"[a-zA-Z0-9_+-]{1,30}(\.[a-zA-Z0-9_+-]{1,20})?"
    r"@([a-z0-9]{1,30}(-[a-z0-9]{1,30})?\.){1,3}(com|net|org|ru|ua|by|kz|de|info|biz|su)"
)
# A Russian mobile number, of which lists are full; the thorough check takes forty times as long.
_RUSSIAN = re.compile(r"(\+7|8)[ (-]{0,2}(9\d\d)[ )-]{0,2}(\d{3})[ -]?(\d\d)[ -]?(\d\d)", re.ASCII)
_SEPARATORS = re.compile(r"[,;#\n]")
_WRAPPED = re.compile(r"^mailto:|[<>]", re.I)
_AROUND = re.compile(r"\s*([@.])\s*")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s")
_WRITTEN_SHORT = re.compile(r"\d[.,]\d+E\+?\d+", re.I)


def check_email(text: str) -> str:
    """An address that mail can be sent to, its domain in the form mail servers know."""
    if _usual(text):
        return text
    email = _AROUND.sub(r"\1", _WRAPPED.sub("", _UNSEEN.sub("", clean(text)))).strip(".,; ")
    if not email:
        raise Invalid(N_("An e-mail address is needed, for example anna@example.org"))
    if email.count("@") != 1 or _SPACE.search(email):
        raise Invalid(
            N_("“{value}” is not one e-mail address. It should look like anna@example.org"),
            value=shortened(text),
        )
    if not email.partition("@")[0].isascii():
        raise Invalid(
            N_(
                "“{value}”: the part before @ must be in Latin letters, for example"
                " anna@example.org"
            ),
            value=shortened(text),
        )
    try:
        valid = validate_email(email, check_deliverability=False)
    except EmailNotValidError as error:
        raise Invalid(
            N_("“{value}” is not an e-mail address. It should look like anna@example.org"),
            value=shortened(text),
        ) from error
    return f"{valid.local_part}@{valid.ascii_domain}"


def _usual(email: str) -> bool:
    # Nearly all addresses of a long list; the thorough check takes thirty times as long.
    return len(email) <= 100 and _USUAL.fullmatch(email) is not None


def check_phone(text: str, country: str) -> str | None:
    """A number in any usual spelling as `+79991234567`; a national one is of `country`."""
    text = one_line(text)
    if (usual := _RUSSIAN.fullmatch(text)) and (usual[1] == "+7" or country == "RU"):
        return "+7" + "".join(usual.groups()[1:])
    if not text or not any(c.isdigit() for c in text):
        _check_empty(text)
        return None
    try:
        number = phonenumbers.parse(text, country)
        known = phonenumbers.is_possible_number(number) and phonenumbers.is_valid_number(number)
    except phonenumbers.NumberParseException:
        known = False
    if not known:
        raise _not_a_phone(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _check_empty(text: str) -> None:
    # A dash in a table means "none"; words in its place are a mistake.
    if text.strip("-–—. "):
        raise _not_a_phone(text)


def _not_a_phone(text: str) -> Invalid:
    if _WRITTEN_SHORT.fullmatch(text):
        return Invalid(
            N_(
                "“{value}” is a number that a spreadsheet has shortened: its last digits are lost."
                " Make the column a text there and save the file again"
            ),
            value=shortened(text),
        )
    return Invalid(
        N_(
            "“{value}” is not a phone number. It should look like +7 999 123-45-67;"
            " abroad with + and the country code"
        ),
        value=shortened(text),
    )


def shown_phone(phone: str | None) -> str:
    """`+7 999 123-45-67`; an empty text for no number."""
    if not phone:
        return ""
    number = phonenumbers.parse(phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=5000)  # a list has the same again and again
def check_name(text: str) -> str:
    """A first or last name; empty is allowed, markup and bare signs are not."""
    name = one_line(text)
    if not name:
        return ""
    if len(name) > MAX_NAME:
        raise Invalid(
            N_("A name may have up to {limit} characters, this one has {length}."),
            limit=MAX_NAME,
            length=len(name),
        )
    if _MARKUP.search(name) or not any(c.isalpha() for c in name):
        raise Invalid(
            N_("“{value}” does not look like a name. For example: Anna"), value=shortened(name)
        )
    return name


def check_comment(text: str) -> str:
    """Free words about a client, for the owner alone."""
    comment = clean(text)
    if len(comment) > MAX_COMMENT:
        raise Invalid(
            N_("A comment may have up to {limit} characters, this one has {length}."),
            limit=MAX_COMMENT,
            length=len(comment),
        )
    return comment


def check_tags(tags: str | Iterable[str]) -> list[str]:
    """Tags out of `vip, Moscow` or a list; the same tag twice counts once."""
    parts = _SEPARATORS.split(tags) if isinstance(tags, str) else tags
    found: dict[str, str] = {}
    for part in parts:
        if tag := one_line(part):
            found.setdefault(tag.casefold(), tag)
    for tag in found.values():
        if len(tag) > MAX_TAG:
            raise Invalid(
                N_("The tag “{value}” is too long: up to {limit} characters. For example: vip"),
                value=shortened(tag),
                limit=MAX_TAG,
            )
    if len(found) > MAX_TAGS:
        raise Invalid(
            N_("A client may have up to {limit} tags, here are {count}."),
            limit=MAX_TAGS,
            count=len(found),
        )
    return list(found.values())
