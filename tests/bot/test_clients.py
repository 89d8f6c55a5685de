"""The client centre, through the chat."""

import pytest

from bot.clients import file_screens, screens
from bot.clients.callbacks import ClientAction
from bot.clients.file_screens import File
from core.bootstrap import Deps
from core.clients import service
from core.clients.models import Client
from core.clients.queries import Counts
from core.clients.table import read_table
from core.i18n import translator
from core.pages import Page
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, kept, register


@pytest.fixture
async def owner(bot: Deps, meet: Meet) -> Owner:
    return await register(bot, meet())


async def test_a_line_becomes_a_client(bot: Deps, owner: Owner) -> None:
    empty = await owner.go(ClientAction(verb="list"))
    assert "Пока никого нет" in empty.text
    await owner.tap("Добавить клиентов", "Новые клиенты")
    card = await owner.type(
        "Анна Петрова anna@example.org 8 (999) 123-45-67, vip", "Клиент добавлен"
    )
    assert "Анна Петрова\nПолучает письма" in card.text
    assert "Телефон: +7 999 123-45-67\nМетки: vip" in card.text
    [client] = await kept(bot, owner)
    assert (client.email, client.phone) == ("anna@example.org", "+79991234567")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Анна 8 999 123-45-67", "нет адреса почты. Понято: Анна · +79991234567"),
        ("я" * 4000, "до 500 знаков, а здесь 4000"),
        ("🎉", "нет адреса почты"),
        ("<script>x</script> a@example.org", "не похоже на имя"),
        ("{{7*7}}", "нет адреса почты"),
        ("/something", "Команды /something нет"),
    ],
)
async def test_a_wrong_line_is_answered_and_asked_again(
    bot: Deps, owner: Owner, typed: str, told: str
) -> None:
    await owner.go(ClientAction(verb="new"))
    again = await owner.type(typed, told)
    assert "anna@example.org" in again.text
    assert await kept(bot, owner) == []
    await owner.type("a@example.org", "Клиент добавлен")


async def test_several_lines_are_taken_and_the_wrong_ones_asked_again(
    bot: Deps, owner: Owner
) -> None:
    await owner.go(ClientAction(verb="new"))
    lines = "Анна a@example.org\nИван\n\nОльга o@example.org\nАня A@example.org"
    result = await owner.type(lines, "Готово: 2 новых, 1 с ошибкой")
    assert "1 строка повторяла адрес" in result.text
    assert "• «Иван»: нет адреса почты" in result.text
    await owner.type("Иван i@example.org", "Клиент добавлен")
    assert [client.first_name for client in await kept(bot, owner)] == ["Аня", "Ольга", "Иван"]


async def test_a_contact_needs_an_address(bot: Deps, owner: Owner) -> None:
    await owner.person.share_contact("79991234567", "Олег Смирнов")
    await owner.person.wait_for("Какой у этого клиента адрес")
    await owner.type("oleg", "«oleg» — это не один адрес почты")
    await owner.person.sticker()
    await owner.person.wait_for("Здесь нужен текст")
    card = await owner.type("oleg@example.org", "Клиент добавлен")
    assert "Олег Смирнов" in card.text
    assert "+7 999 123-45-67" in card.text


async def test_typing_in_the_list_searches(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        for number in range(12):
            await factories.client(tx, owner.user, last_name=f"Иванов{number}")
        await factories.client(tx, owner.user, first_name="Анна", email="anna@example.org")
    listed = await owner.go(ClientAction(verb="list"))
    assert "13 клиентов\n● получают письма: 13" in listed.text
    await owner.tap("›", "13 клиентов")
    found = await owner.type("иванов1", "3 клиента по запросу «иванов1»")
    assert len([label for label in found.buttons if "Иванов1" in label]) == 3
    nobody = await owner.type("new@example.org", "никого нет")
    assert "Добавить клиентом" in nobody.buttons
    await owner.tap("Добавить клиентом", "Клиент добавлен")
    await owner.tap("‹ Клиенты", "14 клиентов")


async def test_fields_are_changed_one_at_a_time(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user, comment="старый")
        await factories.client(tx, owner.user, email="taken@example.org")
    await owner.go(ClientAction(verb="open", id=client.id))
    await owner.tap("Изменить", "Что изменить?")
    await owner.tap("Телефон", "Напишите новое значение. Например: +7 999 123-45-67")
    await owner.type("сто", "«сто» — это не номер телефона")
    card = await owner.type("8 (999) 765-43-21", "Изменено")
    assert "+7 999 765-43-21" in card.text
    await owner.tap("Изменить", "Что изменить?")
    await owner.tap("Почта", "Напишите новое значение")
    await owner.type("TAKEN@example.org", "у вас уже есть")
    await owner.type("new@example.org", "Изменено")
    await owner.tap("Изменить", "Что изменить?")
    await owner.tap("Комментарий", "старый")
    card = await owner.tap("Оставить пустым", "Изменено")
    assert "старый" not in card.text


async def test_a_client_is_switched_off_and_on(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user)
    await owner.go(ClientAction(verb="open", id=client.id))
    await owner.tap("Деактивировать", "Неактивен: писем не получает")
    await owner.tap("Активировать", "Получает письма")
    async with bot.sessions.begin() as tx:
        await service.unsubscribe(tx, client.id, factories.NOW)
    shown = await owner.go(ClientAction(verb="open", id=client.id))
    assert "Отписан, 2 декабря 2026" in shown.text


async def test_the_list_is_given_as_a_file(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        await factories.client(tx, owner.user, phone="+79991234567")
    await owner.go(ClientAction(verb="export"))
    for kind in ("XLSX", "CSV"):
        await owner.person.tap(kind)
        file = await owner.person.wait_for(lambda seen: seen.document is not None)
        table = read_table(f"c.{kind}", owner.person.download(file))
        assert next(iter(table.rows))[3] == "+79991234567"


async def test_nobody_opens_a_client_of_somebody_else(bot: Deps, owner: Owner, meet: Meet) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user)
    other = await register(bot, meet(2))
    for verb in ("open", "edit", "on", "off"):
        data = ClientAction(verb=verb, id=client.id).pack()
        answer = await other.person.press(other.person.last.id, data)
        assert answer is not None
        assert "Не найдено" in (answer.text or "")


async def test_a_broken_number_of_a_page_or_a_field_is_harmless(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user)
    shown = await owner.go(ClientAction(verb="list", page=10**15))
    assert "1 клиент" in shown.text
    for data in (f"cf:ask:{client.id}:owner_id", "cl:open:x:0", "ci:put:1:nothing:0", "cl:list"):
        answer = await owner.person.press(owner.person.last.id, data)
        assert answer is not None
        assert "устарела" in (answer.text or "")


async def test_own_fields_are_made_filled_in_and_deleted(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user)
    await owner.go(ClientAction(verb="list"))
    await owner.tap("Свои поля", "То, что вы знаете о клиентах")
    await owner.tap("Новое поле", "Как оно называется?")
    await owner.type("Имя", "у клиентов уже занято")
    await owner.type("Рост", "Что будет в этом поле?")
    listed = await owner.tap("Число", "Поле «Рост» готово")
    assert "• Рост · Число · {рост}" in listed.text
    await owner.go(ClientAction(verb="open", id=client.id))
    await owner.tap("Изменить", "Что изменить?")
    await owner.tap("Рост", "Напишите новое значение")
    await owner.type("сто", "«сто» — это не число")
    await owner.type("1,72", "Рост: 1.72")
    await owner.go(ClientAction(verb="list"))
    await owner.tap("Свои поля", "• Рост")
    await owner.tap("Рост", "заполнено: 1 клиент")
    await owner.tap("Переименовать", "Как его назвать?")
    await owner.type("Рост, м", "Рост, м\nЧисло")
    await owner.tap("Удалить", "Удалить «Рост, м»?")
    await owner.tap("Удалить", "Поле удалено")
    [client] = await kept(bot, owner)
    assert client.own == {}


async def test_who_unsubscribed_comes_back_with_a_new_consent(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user)
        await service.unsubscribe(tx, client.id, factories.NOW)
    card = await owner.go(ClientAction(verb="open", id=client.id))
    assert "Отписан, 2 декабря 2026" in card.text
    assert "Нажал «Отписаться» в письме. Писать снова можно только" in card.text
    await owner.tap("Согласился снова", "Где клиент его дал")
    await owner.type("да", "Где клиент согласился снова?")
    card = await owner.type("по телефону 24 ноября", "письма снова пойдут")
    assert "Получает письма" in card.text
    assert "Согласие: по телефону 24 ноября" in card.text


async def test_a_bounced_address_says_why_and_is_corrected(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user)
        await service.bounced(tx, client.id, client.email, "user_unknown", factories.NOW)
    card = await owner.go(ClientAction(verb="open", id=client.id))
    assert "сервер говорит, что такого ящика нет" in card.text
    await owner.tap("Изменить", "Что изменить?")
    await owner.tap("Почта", "Напишите новое значение")
    card = await owner.type("right@example.org", "Изменено")
    assert "Получает письма" in card.text


async def test_a_client_is_erased(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user, email="anna@example.org")
        await service.unsubscribe(tx, client.id, factories.NOW)
    await owner.go(ClientAction(verb="open", id=client.id))
    await owner.tap("Стереть", "Вернуть будет нельзя")
    await owner.tap("Стереть навсегда", "Пока никого нет")
    assert await kept(bot, owner) == []
    await owner.go(ClientAction(verb="new"))
    card = await owner.type("Анна anna@example.org", "Клиент добавлен")
    assert "Отписан, 2 декабря 2026" in card.text


async def test_the_card_shows_what_a_client_got(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        client = await factories.client(tx, owner.user)
    await owner.go(ClientAction(verb="open", id=client.id))
    await owner.tap("Письма", "Писем ещё не было")
    await owner.tap("‹ Назад", "Получает письма")


async def test_a_cyrillic_address_is_shown_as_it_was_typed(bot: Deps, owner: Owner) -> None:
    await owner.go(ClientAction(verb="new"))
    card = await owner.type("ivan@пример.рф", "Клиент добавлен")
    assert "ivan@пример.рф\nПолучает письма" in card.text
    await owner.tap("Письма", "ivan@пример.рф · письма")
    await owner.tap("Назад", "Получает письма")
    await owner.tap("Стереть", "Стереть клиента?\nivan@пример.рф")
    await owner.go(ClientAction(verb="new"))
    await owner.type("Анна anna@example.org", "Клиент добавлен")
    await owner.tap("Изменить", "Что изменить?")
    await owner.tap("Почта", "Напишите новое значение")
    await owner.type("ivan@пример.рф", "ivan@пример.рф у вас уже есть: ivan@пример.рф.")


@pytest.mark.parametrize(("locale", "many"), [("ru", "120\xa0000"), ("en", "120,000")])
def test_large_numbers_of_clients_are_shown_in_groups(locale: str, many: str) -> None:
    counts = Counts(total=360_000, active=120_000, unsubscribed=120_000, inactive=120_000)
    page = Page[Client]([], 360_000, 0)
    assert screens.listing(translator(locale), page, counts).text.count(many) == 3
    file = File(1, "clients.csv", 120_000, ["E-mail"], [], {"email": 0})
    assert many in str(file_screens.preview(translator(locale), file).rows[0][0].label)
