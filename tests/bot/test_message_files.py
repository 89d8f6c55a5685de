"""Pictures and documents of messages: from a post in the chat to the recipient's mail."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bot.messages.callbacks import MessageAction
from core.bootstrap import Deps
from core.db import clock
from core.delivery.claims import Row
from core.delivery.press import Press
from core.messages import queries
from core.messages.models import Message, MessageVersion
from demo.inbox.mail import Mail
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register

POST = "Скидки до воскресенья\n\nЗдравствуйте, {имя|друг}!"
BOTH = pytest.mark.parametrize("language", ["ru", "en"])
WORDS = {
    "ru": {
        "post": POST,
        "subject": "Скидки до воскресенья",
        "ivan": "Иван",
        "hello": "Здравствуйте, Иван!",
        "with": "С письмом:",
        "take": "Взять эту тему",
        "saved": "Сообщение сохранено",
        "files": "Картинки и файлы",
        "none": "сейчас ничего",
        "most": "до 10 штук, вместе до 10 МБ",
        "added": "Добавлено",
        "kb": "1 кБ",
        "gone": "Убрано",
        "back": "Назад",
        "card": "Сообщение · Активно",
    },
    "en": {
        "post": "Sale until Sunday\n\nHello, {first_name|friend}!",
        "subject": "Sale until Sunday",
        "ivan": "Ivan",
        "hello": "Hello, Ivan!",
        "with": "With the letter:",
        "take": "Take this subject",
        "saved": "The message is saved",
        "files": "Pictures and files",
        "none": "now none",
        "most": "Up to 10 in all, 10 MB together; now none",
        "added": "Added",
        "kb": "1 kB",
        "gone": "Taken out",
        "back": "Back",
        "card": "Message · Active",
    },
}


def picture(width: int = 1600, height: int = 900, color: str = "red") -> bytes:
    target = BytesIO()
    Image.new("RGB", (width, height), color).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def language() -> str:
    return "ru"


@pytest.fixture
async def owner(bot: Deps, meet: Meet, language: str) -> Owner:
    return await register(bot, meet(1, language), locale=language)


async def written(bot: Deps, owner: Owner) -> Message:
    async with bot.sessions() as tx:
        [message] = (await queries.page(tx, owner.user)).rows
    return message


async def mail(bot: Deps, version_id: int, name: str = "Иван") -> Mail:
    """The mail that a run would send to a client of that name."""
    press = Press(bot.settings, 1)
    async with bot.sessions.begin() as tx:
        await press.prepare(tx, {version_id}, await clock(tx))
    row = Row(1, "ivan@example.com", {"name": name, "first_name": name}, version_id, 1, "c")
    content = press.envelope(row).content
    return Mail(1, "", ["ivan@example.com"], bytes(content), 0)


async def album(owner: Owner) -> None:
    """A forwarded post: three pictures, the caption with the first of them."""
    for number, color in enumerate(("red", "green", "blue")):
        caption = WORDS[owner.user.locale]["post"] if number == 0 else ""
        await owner.person.upload(f"{color}.png", picture(color=color), caption, album="a1")


@BOTH
async def test_an_album_becomes_one_letter_with_its_pictures(
    bot: Deps, owner: Owner, language: str
) -> None:
    says = WORDS[language]
    await owner.go(MessageAction(verb="new"))
    await album(owner)
    asked = await owner.person.wait_for(f"{says['with']} 🖼 3")
    assert says["subject"] in asked.text
    card = await owner.tap(says["take"], says["saved"])
    assert "🖼 3" in card.text
    message = await written(bot, owner)
    sent = await mail(bot, message.version_id or 0, says["ivan"])
    shown = [part for part in sent.parts if f'src="cid:{part.cid}"' in sent.html]
    assert [part.mime for part in shown] == ["image/jpeg"] * 3
    assert all(Image.open(BytesIO(part.content)).width <= 1200 for part in shown)
    assert sent.html.index("cid:") < sent.html.index(says["hello"])
    assert says["hello"] in sent.text
    assert "cid:" not in sent.text
    assert sent.attachments == []


async def test_a_document_is_attached_under_its_name(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.person.upload("Каталог.pdf", b"%PDF-1.7" + bytes(1_300_000))
    await owner.person.wait_for("С письмом: 📎 Каталог.pdf (1,2 МБ)")
    await owner.type("Посмотрите каталог", "Тема письма")
    card = await owner.type("Новый каталог", "Сообщение сохранено")
    assert "📎 Каталог.pdf (1,2 МБ)" in card.text
    message = await written(bot, owner)
    [attached] = (await mail(bot, message.version_id or 0)).attachments
    assert attached.name == "Каталог.pdf"
    assert attached.content.startswith(b"%PDF-1.7")


async def test_a_file_after_the_text_is_taken_too(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.type("Посмотрите каталог", "Тема письма")
    await owner.person.upload("price.txt", b"1", as_photo=False)
    await owner.person.wait_for("С письмом: 📎 price.txt (1 кБ)")
    card = await owner.type("Новый каталог", "Сообщение сохранено")
    assert "📎 price.txt (1 кБ)" in card.text


@BOTH
async def test_files_are_added_and_taken_out(bot: Deps, owner: Owner, language: str) -> None:
    says = WORDS[language]
    async with bot.sessions.begin() as tx:
        message = await factories.message(tx, owner.user)
    await owner.go(MessageAction(verb="change", id=message.id))
    empty = await owner.tap(says["files"], says["none"])
    assert says["most"] in empty.text.replace("\xa0", " ")
    await owner.person.upload("a.png", picture(200, 100))
    await owner.person.wait_for(says["added"])
    await owner.person.upload("b.txt", b"text")
    shown = await owner.person.wait_for(lambda seen: len(seen.buttons) == 3)
    assert shown.buttons[1] == f"✕ 📎 b.txt ({says['kb']})"
    before = await written(bot, owner)
    await owner.tap("b.txt", says["gone"])
    card = await owner.tap(says["back"], says["card"])
    assert "🖼 1" in card.text
    assert "b.txt" not in card.text
    async with bot.sessions() as tx:  # what a run has sent stays what it was
        query = select(MessageVersion).where(MessageVersion.id == before.version_id)
        [old] = await tx.scalars(query.options(selectinload(MessageVersion.files)))
        assert [each.name for each in old.files][1:] == ["b.txt"]


async def test_what_does_not_fit_is_refused_with_the_limit(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.person.upload("film.avi", bytes(11 * 1024 * 1024))
    await owner.person.wait_for("11 МБ, а в письмо помещается до 10 МБ")
    await owner.person.upload("setup.exe", b"MZ")
    await owner.person.wait_for("почтовые службы возвращают письма с файлами .exe")
    await owner.type("Одна строка", "Текст принят")


async def test_another_post_takes_the_place_of_the_whole_letter(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await album(owner)
    await owner.person.wait_for("С письмом: 🖼 3")
    await owner.tap("Взять эту тему", "Сообщение сохранено")
    message = await written(bot, owner)
    await owner.go(MessageAction(verb="text", id=message.id))
    await owner.person.upload("new.png", picture(300, 200), "Совсем новый текст")
    card = await owner.person.wait_for("Изменено")
    assert "Совсем новый текст" in card.text
    assert "🖼 1" in card.text


async def test_a_copy_has_the_files_and_the_page_shows_the_pictures(
    bot: Deps, owner: Owner
) -> None:
    await owner.go(MessageAction(verb="new"))
    await album(owner)
    await owner.person.wait_for("С письмом: 🖼 3")
    await owner.tap("Взять эту тему", "Сообщение сохранено")
    await owner.tap("Ещё", "версия 1")
    card = await owner.tap("Дублировать", "Это копия")
    assert "🖼 3" in card.text
    await owner.tap("Как увидит клиент", "Так увидит")
    sent = await owner.person.wait_for(lambda seen: seen.document is not None)
    assert owner.person.download(sent).count(b"data:image/jpeg;base64,") == 3
