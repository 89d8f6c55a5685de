"""Clients of an owner who reads English: an address book's file, its columns, a segment, undo."""

import re

from sqlalchemy import select

from bot.mailings.callbacks import MailingAction
from core.bootstrap import Deps
from core.clients.models import Client
from core.clients.table import read_table
from demo.stand.seen import Seen
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.core.clients.test_layouts import exported

CYRILLIC = re.compile("[а-яё]", re.I)
ROWS = (
    {"First Name": "Anna", "E-mail Address": "anna@example.org", "Mobile Phone": "+447911123456"},
    {"First Name": "Bo", "E-mail 2 Address": "bo@example.org", "Categories": "vip"},
    {"First Name": "Cy", "E-mail Address": "a@b.example; c@d.example", "Notes": "two"},
    {"First Name": "Di", "E-mail Address": "di at example.org"},
)


async def test_an_address_book_is_loaded_and_written_to(
    bot: Deps, worker: None, meet: Meet
) -> None:
    owner = await register(bot, meet(1, "en"), locale="en")
    async with bot.sessions.begin() as tx:
        message = await factories.message(tx, owner.user, "Sale", "<p>Hello</p>")
    await loaded(owner)
    await owner.go(MailingAction(verb="begin", id=message.id))
    await owner.tap("To whom", "To whom?")
    await owner.tap("By rule", "Tap a tag")
    await owner.tap("☐ vip · 1", "Chosen: vip")
    check_language(owner)


async def loaded(owner: Owner) -> None:
    """The file of four rows, one of them wrong, one with two addresses."""
    await owner.person.upload("contacts.csv", exported("outlook", *ROWS).encode())
    preview = await owner.person.wait_for("contacts.csv · 4 rows")
    assert "E-mail ← “E-mail Address”, “E-mail 2 Address”\n" in preview.text
    assert "Bo · bo@example.org · —" in preview.text
    await owner.tap("Load 4", "Done: 4 new, 1 with an error")
    file = await owner.person.wait_for(lambda seen: seen.document is not None)
    [refused] = read_table("errors.csv", owner.person.download(file)).rows
    assert refused[-1].startswith("“di at example.org” is not one e-mail address")


def said(owner: Owner) -> list[str]:
    """Everything that the bot says in the chat, and writes on buttons."""
    seen: list[Seen] = [each for each in owner.person.messages() if each.by_bot]
    return [text for each in seen for text in (each.text, *each.buttons)]


def check_language(owner: Owner) -> None:
    """Not a Russian letter to a reader of English."""
    assert owner.user.locale != "en" or not any(map(CYRILLIC.search, said(owner))), said(owner)


async def test_a_column_chosen_by_hand_has_no_other_in_its_place(
    bot: Deps, worker: None, meet: Meet
) -> None:
    owner = await register(bot, meet(1, "en"), locale="en")
    await owner.person.upload("contacts.csv", exported("outlook", *ROWS).encode())
    await owner.person.wait_for("contacts.csv · 4 rows")
    await owner.tap("Columns", "Tap a field")
    await owner.tap("E-mail ← “E-mail Address”, “E-mail 2 Address”", "Which column is “E-mail”?")
    fields = await owner.tap("E-mail Address · anna@example.org", "Tap a field")
    assert "E-mail ← “E-mail Address”" in fields.buttons
    await owner.tap("‹ Back", "contacts.csv · 4 rows")
    await owner.tap("Load 4", "Done: 3 new, 2 with errors")
    async with bot.sessions() as tx:
        emails = await tx.scalars(select(Client.email).order_by(Client.email))
        assert list(emails) == ["a@b.example", "anna@example.org", "c@d.example"]
