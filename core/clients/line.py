"""One typed line: `Анна Петрова anna@example.org +7 999 123-45-67, vip`, in any order."""

import re

from core.clients.fields import check_email, check_phone
from core.clients.forms import ClientForm, check_form
from core.errors import Invalid
from core.i18n import N_
from core.typed import one_line, shortened

_EMAIL = re.compile(r"(?:mailto:)?<?[^\s,;<>()]*@[^\s,;<>()]*>?", re.I)
_PHONE = re.compile(r"(?<!\w)\+?\d[\d\s().–-]{4,}\d(?!\w)")
_TAG = re.compile(r"#(\w[\w-]*)")
_MAX_LINE = 500


def parse_line(line: str, country: str) -> ClientForm:
    """The client in a line; Invalid says what was understood and what is missing."""
    rest = one_line(line)
    if len(rest) > _MAX_LINE:
        raise Invalid(
            N_(
                "A line about one client has up to {limit} characters, this one {length}."
                " Example: Anna Petrova anna@example.org +7 999 123-45-67, vip"
            ),
            limit=_MAX_LINE,
            length=len(rest),
        )
    emails, rest = _taken(_EMAIL, rest)
    tags, rest = _taken(_TAG, rest)
    phone, rest = _phone(rest, country)
    name, words = _parts(rest)
    if not emails:
        raise _no_address(line, name, phone)
    if len(emails) > 1:
        raise Invalid(
            N_("“{line}” has several addresses: {emails}. One client a line, please."),
            line=shortened(line),
            emails=", ".join(shortened(email) for email in emails),
        )
    typed = {"email": check_email(emails[0]), "name": name, "phone": phone}
    return check_form(typed | {"tags": ",".join([*words, *tags])}, country)


def _no_address(line: str, name: str, phone: str) -> Invalid:
    understood = " · ".join(part for part in (shortened(name), phone) if part)
    return Invalid(
        N_(
            "“{line}”: there is no e-mail address. Understood: {understood}."
            " Example: Anna Petrova anna@example.org +7 999 123-45-67, vip"
        ),
        line=shortened(line),
        understood=understood or "—",
    )


def _taken(pattern: re.Pattern[str], text: str) -> tuple[list[str], str]:
    return pattern.findall(text), pattern.sub(" ", text)


def _phone(text: str, country: str) -> tuple[str, str]:
    match = _PHONE.search(text)
    if match is None:
        return "", text
    phone = check_phone(match.group(), country) or ""
    return phone, f"{text[: match.start()]} {text[match.end() :]}"


def _parts(text: str) -> tuple[str, list[str]]:
    """The name, and what follows it behind commas."""
    name, *words = [one_line(part) for part in re.split(r"[,;|\t]", text)]
    name, words = name.strip(" -–—:·"), [word for word in words if word]
    if not name and words and words[0][0].isupper():
        # The address came first: `anna@example.org; Анна Петрова; vip`.
        name = words.pop(0)
    return name, words
