"""The message centre, through the chat."""

import pytest

from bot.mailings.callbacks import MailingAction
from bot.messages.callbacks import MessageAction
from bot.messages.rendition import for_chat
from core.bootstrap import Deps
from core.mailings.models import Mailing
from core.messages import queries
from core.messages.models import Message
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register

POST = "Скидки до воскресенья\n\nЗдравствуйте, {имя|друг}!\nВсё дешевле."


@pytest.fixture
async def owner(bot: Deps, meet: Meet) -> Owner:
    return await register(bot, meet())


async def written(bot: Deps, owner: Owner) -> list[Message]:
    async with bot.sessions() as tx:
        return (await queries.page(tx, owner.user)).rows


async def test_a_post_becomes_a_message(bot: Deps, owner: Owner) -> None:
    empty = await owner.go(MessageAction(verb="list"))
    assert "Пока их нет" in empty.text
    await owner.tap("Написать сообщение", "Текст письма")
    bold = [{"type": "bold", "offset": 23, "length": 12}]
    await owner.type(POST, "Скидки до воскресенья", entities=bold)
    card = await owner.tap("Взять эту тему", "Сообщение сохранено")
    assert "Сообщение · Активно\nТема: Скидки до воскресенья\n\nЗдравствуйте" in card.text
    assert card.buttons[0] == "Начать рассылку"
    [message] = await written(bot, owner)
    assert message.version is not None
    assert message.version.html.startswith("<p><strong>Здравствуйте</strong>, {имя|друг}!")
    assert message.slug == "skidki-do-voskresenya"


async def test_another_subject_can_be_typed(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.type(POST, "Тема письма")
    card = await owner.type("Только до воскресенья", "Сообщение сохранено")
    assert "Скидки до воскресенья" in card.text
    [message] = await written(bot, owner)
    assert message.version is not None
    assert message.version.subject == "Только до воскресенья"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("я" * 201, "до 200 знаков, а здесь 201"),
        ("Тема\nи ещё", "Подошла бы первая: Тема"),
        ("Привет, {размер}", "Нет такой подстановки: {размер}"),
        ("\u2063", "Тема — это строка текста"),
        ("/unknown", "Команды /unknown нет"),
    ],
)
async def test_a_wrong_subject_is_answered_and_asked_again(
    bot: Deps, owner: Owner, typed: str, told: str
) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.type("Только одна строка", "Текст принят")
    again = await owner.type(typed, told)
    assert "Тема письма" in again.text
    assert await written(bot, owner) == []
    await owner.type("<b>{{7*7}}</b> 🎉 مرحبا", "Сообщение сохранено")


async def test_a_sticker_is_not_a_text_and_nothing_is_lost(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.person.sticker()
    await owner.person.wait_for("Здесь нужен текст")
    await owner.type("Одна строка", "Текст принят")
    await owner.person.sticker()
    await owner.person.wait_for("Здесь нужна строка")
    await owner.type("Тема", "Сообщение сохранено")
    [message] = await written(bot, owner)
    assert message.version is not None
    assert message.version.html == "<p>Одна строка</p>"


async def made(bot: Deps, owner: Owner) -> Message:
    async with bot.sessions.begin() as tx:
        return await factories.message(tx, owner.user)


async def test_subject_and_text_are_changed_by_themselves(bot: Deps, owner: Owner) -> None:
    message = await made(bot, owner)
    await owner.go(MessageAction(verb="change", id=message.id))
    asked = await owner.tap("Тема", "Тема письма")
    assert "Сейчас: Скидки до воскресенья" in asked.text
    card = await owner.type("Новая тема", "Изменено")
    assert "Новая тема" in card.text
    await owner.tap("Изменить", "Изменить сообщение")
    await owner.tap("Текст", "Здравствуйте, {имя|друг}!")
    card = await owner.type("Новый текст", "Изменено")
    assert "Тема: Новая тема\n\nНовый текст" in card.text


async def test_a_letter_is_shown_as_its_reader_gets_it(bot: Deps, owner: Owner) -> None:
    message = await made(bot, owner)
    async with bot.sessions.begin() as tx:
        await factories.client(tx, owner.user, first_name="<Олег>", last_name="")
    await owner.go(MessageAction(verb="preview", id=message.id))
    await owner.person.wait_for("Так увидит <Олег>")
    shown = await owner.person.wait_for("Здравствуйте, <Олег>!")
    assert "rich_message" in shown.raw
    sent = await owner.person.wait_for(lambda seen: seen.document is not None)
    page = owner.person.download(sent).decode()
    assert "Здравствуйте, &lt;Олег&gt;!" in page


async def test_switching_off_asks_when_mailings_stand_on_it(bot: Deps, owner: Owner) -> None:
    message = await made(bot, owner)
    async with bot.sessions.begin() as tx:
        tx.add(
            Mailing(
                owner_id=owner.user.id,
                message_id=message.id,
                status="active",
                accepted_at=factories.NOW,
            )
        )
    await owner.go(MessageAction(verb="open", id=message.id))
    asked = await owner.tap("Деактивировать", "1 рассылка использует это сообщение")
    assert asked.buttons[0] == "🟢 идёт"
    card = await owner.tap("Деактивировать", "Сообщение · Неактивно")
    assert "Начать рассылку" not in card.buttons
    card = await owner.tap("Активировать", "Сообщение · Активно")
    assert card.buttons[0] == "Начать рассылку"


async def test_a_message_nobody_uses_is_switched_off_at_once(bot: Deps, owner: Owner) -> None:
    message = await made(bot, owner)
    await owner.go(MessageAction(verb="open", id=message.id))
    await owner.tap("Деактивировать", "Сообщение · Неактивно")


async def test_a_copy_is_opened(bot: Deps, owner: Owner) -> None:
    message = await made(bot, owner)
    await owner.go(MessageAction(verb="open", id=message.id))
    await owner.tap("Ещё", "версия 1")
    await owner.tap("Дублировать", "Это копия")
    assert len(await written(bot, owner)) == 2


async def test_a_long_list_has_pages(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        for number in range(10):
            await factories.message(tx, owner.user, f"Письмо {number}")
    first = await owner.go(MessageAction(verb="list"))
    assert "10 сообщений" in first.text
    assert first.buttons[0] == "● Письмо 9"
    second = await owner.tap("›", "10 сообщений")
    assert "● Письмо 0" in second.buttons


async def test_nobody_opens_a_message_of_somebody_else(bot: Deps, owner: Owner, meet: Meet) -> None:
    message = await made(bot, owner)
    other = await register(bot, meet(2))
    for verb in ("open", "change", "text", "subject", "preview", "off", "on", "copy"):
        data = MessageAction(verb=verb, id=message.id).pack()
        answer = await other.person.press(other.person.last.id, data)
        assert answer is not None
        assert "Не найдено" in (answer.text or "")


async def test_in_english_everything_is_english(bot: Deps, meet: Meet) -> None:
    reader = await register(bot, meet(3, "en"), locale="en", name="Ann")
    empty = await reader.go(MessageAction(verb="list"))
    assert "There is none yet" in empty.text
    asked = await reader.tap("Write a message", "The text of the letter")
    assert "{first_name|friend}" in asked.text


def test_html_is_shown_in_the_chat_without_breaking_a_tag() -> None:
    html = "<h1>A</h1><p>x <b>bold &amp; <i>both</i></b><br>y</p><ul><li>one</li><li>two</li></ul>"
    assert for_chat(html) == "<b>A</b>\n\nx <b>bold &amp; <i>both</i></b>\ny\n\n• one\n• two"
    assert for_chat("<p><b>" + "я" * 50 + "</b></p>", 10) == "<b>" + "я" * 10 + "…</b>"
    assert for_chat('<a href="javascript:x">x</a><script>y</script>') == "x"


async def test_a_text_that_the_app_cuts_in_pieces_stays_whole(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.type("я" * 5000, "Текст принят")
    card = await owner.type("Длинное письмо", "Сообщение сохранено")
    assert "Тема: Длинное письмо" in card.text
    [message] = await written(bot, owner)
    assert message.version is not None
    assert message.version.html.count("я") == 5000
    await owner.go(MessageAction(verb="text", id=message.id))
    await owner.type("ю" * 5000, "Изменено")
    await owner.go(MessageAction(verb="open", id=message.id))
    async with bot.sessions() as tx:
        version = (await queries.versions(tx, owner.user, message.id)).rows[0]
    assert version.html.count("ю") == 5000


async def test_a_message_written_for_a_mailing_leads_back_to_it(bot: Deps, owner: Owner) -> None:
    asked = await owner.go(MailingAction(verb="begin"))
    assert "Текст письма" in asked.text
    await owner.type(POST, "Тема письма")
    card = await owner.tap("Взять эту тему", "Сообщение сохранено")
    assert card.buttons[0] == "Продолжить рассылку"
