"""What placeholders stand for: the one place that turns a client into a letter's values.

Written twice, side by side: in SQL, for the thousands of a run, and in Python, for one client
that is looked at. A value that is empty is left out; the placeholder's fallback stands there.
"""

import json

from babel import Locale

from core.clients import own
from core.clients.extras import country_name, shown_date
from core.clients.models import Client, OwnField
from core.db import Transaction
from core.i18n import LOCALES
from core.mail.placeholders import KNOWN
from core.users.models import User

# Country codes and their names in a language; VALUES reads them. Joined to `clients c` by code.
NAMED = "SELECT key, value FROM jsonb_each_text(CAST(:countries AS jsonb))"
VALUES = """jsonb_build_object(
    'first_name', c.first_name, 'last_name', c.last_name,
    'name', trim(c.first_name || ' ' || c.last_name),
    'email', c.email, 'phone', coalesce(c.phone, ''))
|| CASE WHEN c.country IS NULL AND c.timezone IS NULL AND c.language IS NULL
         AND c.consent_on IS NULL AND c.tags = '{}'
         AND c.city || c.company || c.comment || c.consent = '' THEN '{}'
   ELSE jsonb_strip_nulls(jsonb_build_object(
    'country', named.value, 'city', nullif(c.city, ''), 'company', nullif(c.company, ''),
    'timezone', c.timezone, 'language', c.language, 'comment', nullif(c.comment, ''),
    'tags', nullif(array_to_string(c.tags, ', '), ''), 'consent', nullif(c.consent, ''),
    'consent_on', to_char(c.consent_on, 'DD.MM.YYYY'))) END
|| c.own"""


def countries_of(locale: str) -> str:
    """The parameter `countries` of NAMED."""
    known = locale if locale in LOCALES else LOCALES[0]
    names = Locale(known).territories
    return json.dumps({code: name for code, name in names.items() if code.isalpha()})


def values_of(client: Client, locale: str = "ru") -> dict[str, str]:
    """The same for one client."""
    found = {
        "first_name": client.first_name,
        "last_name": client.last_name,
        "name": f"{client.first_name} {client.last_name}".strip(),
        "email": client.email,
        "phone": client.phone or "",
    }
    more = {
        "country": country_name(client.country, locale),
        "city": client.city,
        "company": client.company,
        "timezone": client.timezone,
        "language": client.language,
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
