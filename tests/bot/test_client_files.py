"""Files of clients, from the chat into the list."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import update

from bot.clients.callbacks import ClientAction
from bot.mailings.callbacks import MailingAction
from core.bootstrap import Deps
from core.clients import loading
from core.clients.archive import BROKEN
from core.clients.table import read_table
from core.errors import Invalid
from core.users.models import TelegramAccount
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, kept, register
from tests.core.clients.test_table import workbook
from tests.workers.conftest import until

FILE = """ФИО;E-mail;Моб.;Город
Анна Петрова;anna@example.org;8 999 123-45-67;Москва
Иван;ivan@пример.рф;;Тверь
Ольга;не знаю;;
Пётр;petr@example.org;;
Аня;ANNA@example.org;;
"""


@pytest.fixture
async def owner(bot: Deps, worker: None, meet: Meet) -> Owner:
    return await register(bot, meet())


async def test_a_file_is_shown_then_loaded(bot: Deps, owner: Owner) -> None:
    await owner.person.upload("Клиенты.csv", FILE.encode("cp1251"))
    shown = await owner.person.wait_for("Клиенты.csv · 5 строк")
    assert "Почта ← «E-mail»\nИмя и фамилия ← «ФИО»\nТелефон ← «Моб.»" in shown.text
    assert "Анна Петрова · anna@example.org · 8 999 123-45-67" in shown.text
    assert "Аня · ANNA@example.org" in shown.text
    assert await kept(bot, owner) == []
    result = await owner.tap("Загрузить 5", "Готово: 3 новых, 1 с ошибкой")
    assert "1 строка повторяла адрес" in result.text
    assert "Строка 4: «не знаю» — это не один адрес" in result.text
    file = await owner.person.wait_for(lambda seen: seen.document is not None)
    assert file.text.startswith("1 строка не загружена")
    await owner.person.wait_for(lambda seen: seen.id > file.id and "Готово: 3" in seen.text)
    table = read_table("errors.csv", owner.person.download(file))
    assert table.header[-2:] == ["Строка", "Что не так"]
    assert next(iter(table.rows))[-2] == "4"
    assert "«не знаю» — это не один адрес" in next(iter(table.rows))[-1]
    anna = (await kept(bot, owner))[0]
    assert (anna.first_name, anna.last_name, anna.phone) == ("Аня", "Петрова", "+79991234567")


async def test_a_workbook_gives_a_workbook_of_errors(bot: Deps, owner: Owner) -> None:
    header, wrong = ["E-mail", "Имя", "Телефон"], ["a@example.org", "А", "x"]
    rows: list[list[object]] = [[*header], ["нет", "Б"], [*wrong]]
    await owner.person.upload("c.xlsx", workbook(rows))
    await owner.person.wait_for("c.xlsx · 2 строки")
    await owner.tap("Загрузить 2", "1 новый")
    file = await owner.person.wait_for(lambda seen: seen.document is not None)
    assert file.document is not None
    assert file.document["file_name"] == "errors.xlsx"
    assert "1 строка не загружена" in file.text
    assert "Строки, загруженные без одного из значений, тоже здесь." in file.text
    first, second = read_table("e.xlsx", owner.person.download(file)).rows
    assert (first[:2], second[:3]) == (["нет", "Б"], wrong)


async def test_columns_are_set_by_buttons(bot: Deps, owner: Owner) -> None:
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 строк")
    await owner.tap("Столбцы", "Нажмите на поле")
    choice = await owner.tap("Метки ← —", "Какой столбец — «Метки»?")
    assert "Город · Москва" in choice.buttons
    fields = await owner.tap("Город · Москва", "Нажмите на поле")
    assert "Метки ← «Город»" in fields.buttons
    assert "Город ← —" in fields.buttons
    await owner.tap("Имя и фамилия ← «ФИО»", "Какой столбец")
    await owner.tap("В файле нет", "Нажмите на поле")
    await owner.tap("‹ Назад", "c.csv · 5 строк")
    await owner.tap("Загрузить 5", "Готово")
    anna = (await kept(bot, owner))[0]
    assert (anna.name, anna.tags) == ("ANNA@example.org", ["Москва"])


async def test_a_file_without_known_columns_asks_for_the_addresses(bot: Deps, owner: Owner) -> None:
    await owner.person.upload("c.csv", "Раз;Два\nх;у\n".encode())
    shown = await owner.person.wait_for("Столбец с адресами почты не узнан")
    assert shown.buttons == ["Выбрать столбцы", "Отмена"]


async def test_a_cancelled_file_and_an_old_button_load_nothing(bot: Deps, owner: Owner) -> None:
    await owner.person.upload("c.csv", FILE.encode())
    shown = await owner.person.wait_for("c.csv · 5 строк")
    load = shown.find("Загрузить 5")
    assert load is not None
    assert load.data is not None
    await owner.tap("Отмена", "Пока никого нет")
    answer = await owner.person.press(owner.person.last.id, load.data)
    assert answer is not None
    assert "нет под рукой" in (answer.text or "")
    assert await kept(bot, owner) == []


async def test_loading_twice_is_harmless(bot: Deps, owner: Owner) -> None:
    await owner.person.upload("c.csv", FILE.encode())
    shown = await owner.person.wait_for("c.csv · 5 строк")
    await owner.person.tap("Загрузить 5", answer_within=None)
    answer = await owner.person.tap("Загрузить 5", on=shown)
    assert answer is not None
    assert answer.text in ("Этот файл уже загружается.", "Этот файл уже загружен.")
    await owner.person.wait_for("Готово: 3 новых", anytime=True)
    assert len(await kept(bot, owner)) == 3


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cat.png", b"x", "«cat.png» — это не таблица"),
        ("c.xlsx", b"PK\x03\x04 broken", "Книгу не удаётся открыть"),
        ("c.csv", b"\n", "нет клиентов"),
        ("<b>.csv", b"a\0b" + b"x" * 99, "Это не текстовая таблица"),
    ],
)
async def test_a_wrong_file_is_answered_in_words(
    owner: Owner, name: str, content: bytes, told: str
) -> None:
    await owner.person.upload(name, content, as_photo=False)
    await owner.person.wait_for(told)


async def test_clients_loaded_for_a_mailing_lead_back_to_it(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        message = await factories.message(tx, owner.user)
    prepared = await owner.go(MailingAction(verb="begin", id=message.id))
    await owner.go(ClientAction(verb="list"))
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 строк")
    result = await owner.tap("Загрузить 5", "Готово: 3 новых")
    assert result.buttons[0] == "Продолжить рассылку"
    again = await owner.tap("Продолжить рассылку", prepared.text.splitlines()[0])
    assert "3" in again.text


async def test_everybody_of_a_file_gets_a_tag(bot: Deps, owner: Owner) -> None:
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 строк")
    await owner.tap("Добавить метку", "Какую метку")
    shown = await owner.type("выставка, 2026", "Все получат метку: выставка, 2026")
    assert "Без метки" in shown.buttons
    await owner.tap("Загрузить 5", "Готово: 3 новых")
    assert all(client.tags == ["выставка", "2026"] for client in await kept(bot, owner))


async def test_an_import_is_taken_back(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        await factories.client(tx, owner.user, email="anna@example.org")
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 строк")
    await owner.tap("Загрузить 5", "Готово: 2 новых, 1 обновлён")
    asked = await owner.tap("Отменить импорт", "Отменить импорт?")
    assert "остальным возвращаются прежние значения" in asked.text
    answer = await owner.person.tap("Отменить импорт")
    assert "2 удалено, 1 прежний" in str(answer)
    [left] = await kept(bot, owner)
    assert (left.email, left.first_name, left.phone) == ("anna@example.org", "Иван", None)


async def test_a_long_file_shows_how_far_it_is(bot: Deps, owner: Owner) -> None:
    lines = ["E-mail;Имя", *(f"client{n}@example.org;Анна" for n in range(20_000))]
    await owner.person.upload("c.csv", "\n".join(lines).encode())
    await owner.person.wait_for("c.csv · 20", timeout=30)
    await owner.person.tap("Загрузить")
    await owner.person.wait_for("▱")
    await owner.person.wait_for("Готово", timeout=60)


async def test_who_goes_on_meanwhile_is_told_in_a_message_of_its_own(bot: Deps, meet: Meet) -> None:
    owner = await register(bot, meet())
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 строк")
    await owner.tap("Загрузить 5", "Загружаем 5 строк")
    home = await owner.tap("На главную", "Рассылок пока нет")
    async with bot.sessions() as tx:
        [upload] = await loading.under_way(tx)
    assert await loading.load(bot.sessions, bot.settings, upload.id, asyncio.Event())
    told = await owner.person.wait_for("Готово: 3 новых, 1 с ошибкой")
    assert told.id > home.id
    assert str(home) in map(str, owner.person.messages())
    await owner.tap("Отменить импорт", "Отменить импорт?")
    await owner.tap("Отменить импорт", "Пока никого нет")


async def test_a_file_that_turns_out_to_be_wrong_can_be_loaded_again(bot: Deps, meet: Meet) -> None:
    owner = await register(bot, meet(5, "en"), locale="en")
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 rows")
    await owner.tap("Load 5", "Loading 5 rows")
    async with bot.sessions() as tx:
        [upload] = await loading.under_way(tx)
    await loading.refuse(bot.sessions, upload.id, Invalid(BROKEN))
    told = await owner.person.wait_for("The workbook cannot be opened")
    assert "Load 5" in told.buttons
    await owner.tap("Load 5", "Loading 5 rows")


async def test_a_chat_that_was_signed_out_is_told_nothing(bot: Deps, meet: Meet) -> None:
    owner = await register(bot, meet())
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 строк")
    await owner.tap("Загрузить 5", "Загружаем 5 строк")
    async with bot.sessions.begin() as tx:
        await tx.execute(update(TelegramAccount).values(user_id=None))
        [upload] = await loading.under_way(tx)
    assert await loading.load(bot.sessions, bot.settings, upload.id, asyncio.Event())

    async def is_told() -> bool:
        async with bot.sessions() as tx:
            return not await loading.under_way(tx)

    await until(is_told)
    assert "Загружаем" in owner.person.last.text


async def test_a_column_becomes_a_field_of_the_owners_own(bot: Deps, owner: Owner) -> None:
    data = "Почта;День рождения\nanna@example.org;12.05.1990\n"
    await owner.person.upload("c.csv", data.encode())
    await owner.person.wait_for("c.csv · 1 строка")
    await owner.tap("Столбцы", "может стать вашим собственным полем")
    await owner.tap("Новое поле из столбца", "Какой столбец станет вашим полем")
    fields = await owner.tap("День рождения · 12.05.1990", "Нажмите на поле")
    assert "День рождения ← «День рождения»" in fields.buttons
    await owner.tap("‹ Назад", "День рождения ← «День рождения»")
    await owner.tap("Загрузить 1", "Готово: 1 новый")
    [anna] = await kept(bot, owner)
    assert anna.own == {"день_рождения": "12.05.1990"}
    card = await owner.go(ClientAction(verb="open", id=anna.id))
    assert "День рождения: 12.05.1990" in card.text


async def test_a_file_of_which_nothing_fits_leads_back_to_its_columns(
    bot: Deps, owner: Owner
) -> None:
    table = "E-mail;Адрес\nКазань;a@example.org\nТверь;b@example.org\n"
    await owner.person.upload("c.csv", table.encode())
    await owner.person.wait_for("c.csv · 2 строки")
    await owner.tap("Загрузить 2", "Ничего не загружено")
    told = await owner.person.wait_for(lambda seen: "Строка 2: «Казань»" in seen.text)
    assert told.buttons[0] == "Столбцы"
    await owner.tap("Столбцы", "Нажмите на поле")
    await owner.tap("Почта ← «E-mail»", "Какой столбец")
    await owner.tap("Адрес · a@example.org", "Нажмите на поле")
    await owner.tap("‹ Назад", "c.csv · 2 строки")
    await owner.tap("Загрузить 2", "Готово: 2 новых")
    assert len(await kept(bot, owner)) == 2


async def test_a_wrong_value_costs_nobody_the_client(bot: Deps, owner: Owner) -> None:
    table = (
        "E-mail;Телефон;Дата согласия\na@example.org;8 999 12;1.1.2026\nb@example.org;нет;вчера\n"
    )
    await owner.person.upload("c.csv", table.encode())
    await owner.person.wait_for("c.csv · 2 строки")
    told = await owner.tap("Загрузить 2", "Готово: 2 новых")
    assert "Не удалось понять и пропущено: Телефон — 2, Дата согласия — 1." in told.text
    assert "Строка 2: «8 999 12» — это не номер" in told.text
    file = await owner.person.wait_for(lambda seen: seen.document is not None)
    assert "Строки, загруженные без одного из значений" in file.text
    back = [*read_table("errors.csv", owner.person.download(file)).rows]
    assert back[0][:2] == ["a@example.org", "8 999 12"]
    assert back[1][-1].startswith("Загружено без этого: «вчера»")
    anna, _ = await kept(bot, owner)
    assert (anna.phone, anna.consent_on) == (None, date(2026, 1, 1))
