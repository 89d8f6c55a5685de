"""What placeholders stand for: the one place that turns a client into a letter's values.

Written twice, side by side: in SQL, for the thousands of a run, and in Python, for one client
that is looked at. A value that is empty is left out; the placeholder's fallback stands there.
SQL knows no IDNA: there the press shows the address of such a domain as people write it.
"""

import json
from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from core.clients import own
from core.clients.extras import country_name, language_name, shown_date
from core.clients.models import Client, OwnField
from core.db import Transaction
from core.i18n import LOCALES
from core.mail.addresses import show_email
from core.mail.placeholders import KNOWN
from core.users.models import User
from core.users.zones import city, known_zones

# How the commonest numbers are read, by what they begin with. Others stay as they are kept: to look
# each of a million up would take a minute, and patterns half of one.
_PHONES = {
    "+# ### ###-##-##": ("+73", "+74", "+79"),
    "+# ### ### ####": ("+770", "+777"),
    "+# ###-###-####": ("+1",),
    "+### ## ###-##-##": ("+37525", "+37529", "+37533", "+37544"),
}


def _phone_in_sql() -> str:
    cases = ""
    for form, beginnings in _PHONES.items():
        likes = (f"c.phone LIKE '{each:_<{1 + form.count('#')}}'" for each in beginnings)
        signs = form.replace("#", "9").replace("+", '"+"').replace("-", '"-"')
        shown = f"to_char(CAST(c.phone AS bigint), 'FM{signs}')"
        cases += f" WHEN {' OR '.join(likes)} THEN {shown}"
    return f"CASE{cases} ELSE coalesce(c.phone, '') END"


def _phone(kept: str) -> str:
    for form, beginnings in _PHONES.items():
        if kept.startswith(beginnings) and len(kept) == 1 + form.count("#"):
            return form.replace("#", "{}").format(*kept[1:])
    return kept


# The names of countries, languages and time zones in a language, by codes of which no two are the
# same. Joined to `clients c` by its country; the others are few, and looked up in VALUES.
NAMED = "SELECT key, value FROM jsonb_each_text(CAST(:countries AS jsonb))"
_NAMES = "(SELECT CAST(:countries AS jsonb))"  # read once for all rows
VALUES = f"""jsonb_build_object(
    'first_name', c.first_name, 'last_name', c.last_name,
    'name', trim(c.first_name || ' ' || c.last_name),
    'email', c.email, 'phone', {_phone_in_sql()})
|| CASE WHEN c.country IS NULL AND c.timezone IS NULL AND c.language IS NULL
         AND c.consent_on IS NULL AND c.tags = '{{}}'
         AND c.city || c.company || c.comment || c.consent = '' THEN '{{}}'
   ELSE jsonb_strip_nulls(jsonb_build_object(
    'country', named.value, 'city', nullif(c.city, ''), 'company', nullif(c.company, ''),
    'timezone', coalesce({_NAMES} ->> c.timezone, c.timezone),
    'language', coalesce({_NAMES} ->> c.language, c.language), 'comment', nullif(c.comment, ''),
    'tags', nullif(array_to_string(c.tags, ', '), ''), 'consent', nullif(c.consent, ''),
    'consent_on', to_char(c.consent_on, 'DD.MM.YYYY'))) END
|| c.own"""


@cache
def countries_of(locale: str) -> str:
    """The parameter `countries`: their names, and those of languages and time zones."""
    known = locale if locale in LOCALES else LOCALES[0]
    names = Locale(known)
    countries = {code: name for code, name in names.territories.items() if code.isalpha()}
    languages = {code: name for code, name in names.languages.items() if len(code) == 2}
    zones = known_zones() | {name for name in available_timezones() if "/" in name}
    cities = {name: city(name, known) for name in sorted(zones)}
    return json.dumps(countries | languages | cities)


def values_of(client: Client, locale: str = "ru") -> dict[str, str]:
    """The same for one client."""
    found = {
        "first_name": client.first_name,
        "last_name": client.last_name,
        "name": f"{client.first_name} {client.last_name}".strip(),
        "email": show_email(client.email),
        "phone": _phone(client.phone or ""),
    }
    more = {
        "country": country_name(client.country, locale),
        "city": client.city,
        "company": client.company,
        "timezone": city(client.timezone, locale) if client.timezone else "",
        "language": language_name(client.language, locale) if client.language else "",
        "comment": client.comment,
        "tags": ", ".join(client.tags),
        "consent": client.consent,
        "consent_on": shown_date(client.consent_on),
    }
    return found | {name: value for name, value in more.items() if value} | client.own


def known_to(fields: list[OwnField]) -> tuple[str, ...]:
    """Every placeholder that an owner with these fields can use."""
    return (*KNOWN, *(field.key for field in fields))


async def placeholders_of(tx: Transaction, owner: User) -> tuple[str, ...]:
    """The same, of an owner."""
    return known_to(await own.all_of(tx, owner))
