"""The message centre's list, history and looks, in both languages."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.account.callbacks import AccountAction
from bot.messages.callbacks import LayoutAction, MessageAction, VersionAction
from core.bootstrap import Deps
from core.db import clock
from core.mail.placeholders import KNOWN, Slot, split
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.messages import queries
from core.messages.models import Message
from core.scheduling.recurrence import Recurrence
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.bot.test_message_files import mail, picture


@pytest.fixture
async def owner(bot: Deps, meet: Meet) -> Owner:
    return await register(bot, meet())


async def made(bot: Deps, owner: Owner, *subjects: str, active: bool = True) -> list[Message]:
    async with bot.sessions.begin() as tx:
        return [await factories.message(tx, owner.user, each, active=active) for each in subjects]


async def used(bot: Deps, owner: Owner, message: Message, times: int = 1) -> None:
    async with bot.sessions.begin() as tx:
        for _ in range(times):
            mailing = {"owner_id": owner.user.id, "message_id": message.id, "status": "active"}
            tx.add(Mailing(**mailing, accepted_at=factories.NOW))


async def test_a_word_finds_subjects_and_the_page_keeps_it(bot: Deps, owner: Owner) -> None:
    await made(bot, owner, *(f"Чай {number}" for number in range(10)), "Кофе")
    await owner.go(MessageAction(verb="list"))
    found = await owner.type("чАй", "Со словом «чАй» в теме: 10 сообщений")
    assert "● Кофе" not in found.buttons
    second = await owner.tap("›", "10 сообщений")
    assert second.buttons[:2] == ["● Чай 1", "● Чай 0"]
    nothing = await owner.type("<нет такого>", "«<нет такого>» в теме: ничего")
    assert nothing.buttons[0] == "Все сообщения"
    await owner.tap("Все сообщения", "11 сообщений")


async def test_the_list_shows_active_or_inactive_ones(bot: Deps, owner: Owner) -> None:
    await made(bot, owner, "Старое", active=False)
    await made(bot, owner, "Новое")
    both = await owner.go(MessageAction(verb="list"))
    assert both.buttons[:5] == ["● Новое", "○ Старое", "✓ Все", "● Активные", "○ Неактивные"]
    only = await owner.tap("○ Неактивные", "1 сообщение")
    assert "● Новое" not in only.buttons
    await owner.tap("○ Старое", "Сообщение · Неактивно")
    back = await owner.tap("‹ Сообщения", "1 сообщение")
    assert "✓ ○ Неактивные" in back.buttons


async def test_an_older_wording_is_looked_at_and_taken_back(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.type("Первые слова", "Тема письма")
    await owner.type("Первая тема", "Сообщение сохранено")
    await owner.tap("Изменить", "Изменить сообщение")
    await owner.tap("Тема", "Тема письма")
    await owner.type("Вторая тема", "Изменено")
    await owner.tap("Ещё", "действует версия 2")
    history = await owner.tap("История", "Каждое изменение")
    assert history.buttons[0].startswith("● 2 · сегодня в ")
    assert history.buttons[1].endswith("· Первая тема")
    older = await owner.tap("○ 1 ·", "Версия 1, сегодня в ")
    assert "Тема: Первая тема\n\nПервые слова" in older.text
    card = await owner.tap("Вернуть эту версию", "Версия 1 возвращена")
    assert "Тема: Первая тема" in card.text
    await owner.tap("Ещё", "действует версия 3")


async def test_only_an_unused_message_can_be_deleted(bot: Deps, owner: Owner) -> None:
    free, kept = await made(bot, owner, "Лишнее", "Нужное")
    await used(bot, owner, kept)
    shown = await owner.go(MessageAction(verb="more", id=kept.id))
    assert "удалить его нельзя" in shown.text
    assert "Удалить" not in shown.buttons
    old = MessageAction(verb="delete_sure", id=kept.id).pack()
    answer = await owner.person.press(shown.id, old)
    assert answer is not None
    assert "остаётся для отчётов" in answer.text
    await owner.go(MessageAction(verb="more", id=free.id))
    await owner.tap("Удалить", "Удалить «Лишнее»?")
    gone = await owner.tap("Удалить", "1 сообщение")
    assert gone.buttons[0] == "● Нужное"


async def test_switching_off_names_a_few_of_many_mailings(bot: Deps, owner: Owner) -> None:
    [message] = await made(bot, owner, "Нужное")
    await used(bot, owner, message, times=7)
    await owner.go(MessageAction(verb="open", id=message.id))
    asked = await owner.tap("Деактивировать", "7 рассылок используют")
    assert "и ещё 2 рассылки" in asked.text
    assert asked.buttons.count("🟢 идёт") == 5


async def test_switching_off_names_mailings_as_their_list_does(bot: Deps, owner: Owner) -> None:
    [message] = await made(bot, owner, "Нужное")
    async with bot.sessions.begin() as tx:
        await factories.client(tx, owner.user)
        now = await clock(tx)
        tomorrow = now.astimezone(ZoneInfo(owner.user.timezone)) + timedelta(days=1)
        every = (message.id, "all", None, Recurrence("days"), tomorrow.replace(hour=9, minute=0))
        await mailings.accept(tx, owner.user, *every, now)
        frozen = await mailings.accept(tx, owner.user, *every, now)
        await mailings.freeze(tx, owner.user, frozen.id, now)
    await owner.go(MessageAction(verb="open", id=message.id))
    asked = await owner.tap("Деактивировать", "2 рассылки используют")
    assert asked.buttons[:2] == ["❄️ заморожена", "🟢 завтра в 09:00"]


async def test_a_card_with_a_picture_and_a_button_is_sent_so(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.person.upload("sun.png", picture(), "Неделя подарков")
    await owner.person.wait_for("Тема письма")
    await owner.type("Подарки", "Сообщение сохранено")
    await owner.tap("Изменить", "Изменить сообщение")
    await owner.tap("Вид: письмо", "Как выглядит письмо")
    await owner.tap("○ Карточка", "Изменено")
    await owner.tap("Добавить кнопку", "Кнопка карточки")
    await owner.type("Кнопка", "Кнопка — это несколько слов и адрес")
    await owner.type("В магазин example.org/sale", "Кнопка: В магазин → https://example.org/sale")
    card = await owner.tap("Назад", "Вид: карточка")
    assert "🖼 1" in card.text
    async with bot.sessions() as tx:
        [message] = (await queries.page(tx, owner.user)).rows
    letter = await mail(bot, message.version_id or 0)
    assert 'class="headline"' in letter.html
    assert letter.html.index("cid:") < letter.html.index("Неделя подарков")
    assert letter.text.replace("\r\n", "\n").startswith(
        "Подарки\n\nНеделя подарков\n\nВ магазин (https://example.org/sale)"
    )
    await owner.go(MessageAction(verb="look", id=message.id))
    plain = await owner.tap("Без кнопки", "Изменено")
    assert "Кнопка:" not in plain.text


async def test_a_signature_stands_below_all_letters(bot: Deps, owner: Owner) -> None:
    [message] = await made(bot, owner, "Привет")
    await owner.go(MessageAction(verb="change", id=message.id))
    await owner.tap("Подпись", "до 8 строк")
    await owner.type("x\n" * 9, "может быть до 8 строк и 500 знаков, а здесь строк — 9")
    shown = await owner.type("Анна & Ко\nhttps://example.org", "Сейчас:\n\nАнна & Ко")
    assert "Без подписи" in shown.buttons
    letter = await mail(bot, message.version_id or 0)
    assert "Анна &amp; Ко<br" in letter.html
    assert "Анна & Ко\r\nhttps://example.org\r\n\r\n-- \r\n" in letter.text
    await owner.tap("‹ Назад", "Изменить сообщение")
    await owner.tap("‹ Назад", "Подпись: Анна & Ко, https://example.org")
    await owner.go(AccountAction(verb="profile"))
    await owner.tap("Подпись", "Сейчас:")
    gone = await owner.tap("Без подписи", "Подпись")
    assert "Сейчас:" not in gone.text
    assert "Ко" not in (await mail(bot, message.version_id or 0)).text
    profile = await owner.tap("‹ Профиль", "Профиль")
    assert "Подпись: " not in profile.text
    card = await owner.go(MessageAction(verb="open", id=message.id))
    assert "Подписи под текстом пока нет" in card.text


async def test_a_change_is_saved_with_what_could_be_better(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.type("Смотрите http://example.org", "Тема письма")
    card = await owner.type("СКИДКИ " * 10, "Сообщение сохранено")
    assert "! В теме 69 знаков" in card.text
    assert "прописными" in card.text
    assert "! 1 ссылка без https" in card.text
    async with bot.sessions() as tx:
        [message] = (await queries.page(tx, owner.user)).rows
    await owner.go(LayoutAction(message=message.id, layout="card"))
    await owner.person.wait_for("Сверху у карточки картинка", anytime=True)


async def test_a_link_that_is_mistyped_is_told_of(bot: Deps, owner: Owner) -> None:
    [message] = await made(bot, owner, "Привет")
    await owner.go(MessageAction(verb="text", id=message.id))
    link = {"type": "text_link", "offset": 0, "length": 7, "url": "https//shop.ru"}
    card = await owner.type("Магазин", "Изменено", entities=[link])
    assert "! 1 ссылка никуда не ведёт: https://https//shop.ru" in card.text


async def test_placeholders_are_offered_as_buttons(bot: Deps, owner: Owner) -> None:
    asked = await owner.go(MessageAction(verb="new"))
    assert asked.buttons[:4] == ["{имя|друг}", "{компания}", "{город}", "Все подстановки"]
    every = await owner.tap("Все подстановки", "Что можно подставить")
    assert every.buttons[:2] == ["{имя|друг}", "{фамилия}"]
    offered = [piece for label in every.buttons for piece in split(label)]
    assert {piece.name for piece in offered if isinstance(piece, Slot)} == set(KNOWN)
    await owner.type("Здравствуйте, {компания|коллеги}!", "Текст принят")


async def test_nobody_touches_what_is_somebody_elses(bot: Deps, owner: Owner, meet: Meet) -> None:
    [message] = await made(bot, owner, "Моё")
    other = await register(bot, meet(2))
    version = message.version_id or 0
    actions = [
        *(MessageAction(verb=verb, id=message.id) for verb in
          ("more", "look", "button", "no_button", "history", "delete", "delete_sure", "to_me",
           "fields")),
        *(VersionAction(verb=verb, message=message.id, version=version) for verb in
          ("see", "restore")),
        LayoutAction(message=message.id, layout="card"),
    ]  # fmt: skip
    for data in actions:
        answer = await other.person.press(other.person.last.id, data.pack())
        assert answer is not None
        assert "Не найдено" in (answer.text or ""), data
    async with bot.sessions() as tx:
        kept = await queries.get(tx, owner.user, message.id)
    assert kept.version_id == version


async def test_an_english_owner_reads_english_only(bot: Deps, meet: Meet) -> None:
    reader = await register(bot, meet(3, "en"), locale="en", name="Ann")
    await reader.go(MessageAction(verb="new"))
    await reader.type("First words", "The subject of the letter")
    await reader.type("First", "The message is saved")
    await reader.tap("Change", "Change the message")
    await reader.tap("Look: letter", "How the letter looks")
    await reader.tap("○ Card", "A card has a picture on top")
    await reader.tap("Add a button", "The card's button")
    await reader.type("Shop example.org", "Button: Shop → https://example.org")
    await reader.tap("Back", "Look: card")
    await reader.tap("More", "Version 3 is the present one")
    await reader.tap("History", "Each change is a version")
    await reader.tap("○ 1 · today at", "Version 1, today at")
    await reader.tap("Restore this version", "Version 1 is back")
    await reader.tap("How the client will see it", "As Anna Petrova will see it")
    await reader.person.wait_for("First words")
    await reader.tap("Back", "Message · Active")
    await reader.tap("More", "Version 4")
    await reader.tap("Delete", "Delete “First”?")
    await reader.tap("Delete", "There is none yet")
