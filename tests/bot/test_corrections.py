"""A message edited after it was sent: an answer once more, or history."""

import pytest

from bot.clients.callbacks import ClientAction, ClientField
from core.bootstrap import Deps
from core.clients.models import Client
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, kept, register


@pytest.fixture
async def owner(bot: Deps, meet: Meet) -> Owner:
    return await register(bot, meet())


async def anna(bot: Deps, owner: Owner) -> Client:
    async with bot.sessions.begin() as tx:
        return await factories.client(tx, owner.user, email="anna@example.org")


async def test_a_wrong_answer_is_corrected_where_it_stands(bot: Deps, owner: Owner) -> None:
    await owner.go(ClientAction(verb="new"))
    wrong = await owner.person.type("Анна")
    await owner.person.wait_for("нет адреса почты")
    await owner.person.edit(wrong.id, "Анна anna@пример")
    await owner.person.wait_for("anna@пример» — это не адрес")
    await owner.person.edit(wrong.id, "Анна anna@example.org")
    await owner.person.wait_for("Клиент добавлен")
    assert [client.name for client in await kept(bot, owner)] == ["Анна"]


async def test_a_list_is_corrected_where_it_stands(bot: Deps, owner: Owner) -> None:
    await owner.go(ClientAction(verb="new"))
    typed = await owner.person.type("Анна anna@example.org\nИван")
    await owner.person.wait_for("1 новый, 1 с ошибкой")
    await owner.person.edit(typed.id, "Анна anna@example.org\nИван ivan@example.org")
    await owner.person.wait_for("Готово: 1 новый, 1 без изменений")
    assert [client.name for client in await kept(bot, owner)] == ["Анна", "Иван"]


async def test_an_answer_that_was_taken_is_history(bot: Deps, owner: Owner) -> None:
    client = await anna(bot, owner)
    await owner.go(ClientField(verb="ask", id=client.id, field="first_name"))
    typed = await owner.person.type("Аня")
    await owner.person.wait_for("Изменено")
    await owner.go(ClientField(verb="ask", id=client.id, field="comment"))
    asked = owner.person.messages()
    await owner.person.edit(typed.id, "Анюта")
    card = await owner.type("звонить утром", "Изменено")
    assert card.id == asked[-1].id + 2
    [client] = await kept(bot, owner)
    assert (client.first_name, client.comment) == ("Аня", "звонить утром")


async def test_a_wrong_answer_to_a_question_that_was_left_is_history(
    bot: Deps, owner: Owner
) -> None:
    client = await anna(bot, owner)
    await owner.go(ClientField(verb="ask", id=client.id, field="phone"))
    wrong = await owner.person.type("не помню")
    await owner.person.wait_for("это не номер")
    await owner.go(ClientField(verb="ask", id=client.id, field="comment"))
    await owner.person.edit(wrong.id, "+7 999 123-45-67")
    await owner.type("звонить утром", "Изменено")
    [client] = await kept(bot, owner)
    assert (client.phone, client.comment) == (None, "звонить утром")
