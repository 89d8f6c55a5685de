"""What placeholders stand for: the same in SQL, for many, and in Python, for one."""

from datetime import date

import pytest
from sqlalchemy import text

from core.clients.fields import shown_phone
from core.clients.models import Client
from core.clients.values import NAMED, VALUES, countries_of, values_of
from core.db import Transaction
from tests import factories

MANY = text(
    f"WITH named AS ({NAMED}) SELECT {VALUES} FROM clients c"  # noqa: S608  our own words
    " LEFT JOIN named ON named.key = c.country WHERE c.id = :id"
)
PHONES = ["+79991234567", "+74951234567", "+77011234567", "+14155552671", "+375291234567"]


async def of_many(tx: Transaction, client: Client, locale: str) -> dict[str, str]:
    """As a run has them."""
    bound = {"id": client.id, "countries": countries_of(locale)}
    found: dict[str, str] = await tx.scalar(MANY, bound)
    return found


@pytest.mark.parametrize(
    ("locale", "zone", "language", "country"),
    [("ru", "Екатеринбург", "татарский", "Россия"), ("en", "Yekaterinburg", "Tatar", "Russia")],
)
async def test_a_letter_has_values_as_people_read_them(
    tx: Transaction, locale: str, zone: str, language: str, country: str
) -> None:
    known = {"timezone": "Asia/Yekaterinburg", "language": "tt", "country": "RU"}
    more = {"consent": "форма", "consent_on": date(2026, 5, 1), "tags": ["vip", "опт"]}
    client = await factories.client(
        tx, await factories.user(tx), phone="+79991234567", own={"own1": "золото"}, **known, **more
    )
    values = await of_many(tx, client, locale)
    assert values == values_of(client, locale)
    assert (values["timezone"], values["language"], values["country"]) == (zone, language, country)
    assert (values["phone"], values["tags"]) == ("+7 999 123-45-67", "vip, опт")
    assert (values["consent_on"], values["own1"]) == ("01.05.2026", "золото")


@pytest.mark.parametrize("zone", ["UTC", "Europe/Kiev", "America/Argentina/Buenos_Aires"])
async def test_unusual_zones_are_called_the_same_everywhere(tx: Transaction, zone: str) -> None:
    client = await factories.client(tx, await factories.user(tx), timezone=zone)
    values = await of_many(tx, client, "ru")
    assert values["timezone"] == values_of(client, "ru")["timezone"]
    assert "/" not in values["timezone"]


@pytest.mark.parametrize("phone", PHONES)
async def test_a_phone_is_written_in_a_letter_as_on_the_card(tx: Transaction, phone: str) -> None:
    client = await factories.client(tx, await factories.user(tx), phone=phone)
    assert (await of_many(tx, client, "ru"))["phone"] == shown_phone(phone)
    assert values_of(client)["phone"] == shown_phone(phone)


async def test_a_rare_phone_stays_as_it_is_kept_and_what_is_unknown_is_left_out(
    tx: Transaction,
) -> None:
    client = await factories.client(tx, await factories.user(tx), phone="+4915112345678")
    values = await of_many(tx, client, "ru")
    assert values == values_of(client)
    assert values["phone"] == "+4915112345678"
    assert "timezone" not in values
