"""The blog in the chat, for strangers and members, with rich messages and without."""

import asyncio
from functools import partial
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from bot.account.callbacks import AccountAction
from bot.blog.callbacks import BlogAction
from core.articles import news, service
from core.articles.models import Article, ArticleNotice
from core.articles.pictures import fit
from core.bootstrap import Deps
from core.db import clock
from core.users.models import TelegramAccount
from demo.stand.person import Person
from demo.stand.seen import Seen
from demo.stand.serve import Running
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import register

LONG = "\n\n".join(f"**Часть {no}.** " + "Слово за слово. " * 40 for no in range(12))


def picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (900, 500), "teal").save(target, "JPEG")
    return target.getvalue()


async def write(deps: Deps, title: str, *, shown: bool = False, **fields: object) -> Article:
    """A published article; `shown` gives it a picture."""
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        article = await factories.article(tx, title, **{"published_at": now} | fields)
        if shown:
            await service.set_picture(tx, article, fit("a.jpg", picture()), now)
        return article


def has(label: str, seen: Seen) -> bool:
    return label in seen.buttons


async def list_of(person: Person) -> None:
    await person.start()
    await person.wait_for("Центр рассылок")
    await person.tap("Блог")
    await person.wait_for("Как писать клиентам")


async def test_a_stranger_reads_from_the_first_screen(bot: Deps, meet: Meet) -> None:
    await write(bot, "Первая", body="## Раздел\n\nТекст **первой**.")
    await write(bot, "Вторая", shown=True)
    anna = meet()
    await list_of(anna)
    assert anna.last.buttons[:2] == ["Вторая", "Первая"]
    await anna.tap("Вторая")
    seen = await anna.wait_for("Одно письмо")
    assert "rich_message" in seen.raw
    assert [block["type"] for block in seen.raw["rich_message"]["blocks"]][:3] == [
        "heading",
        "paragraph",
        "photo",
    ]
    assert len([each for each in anna.messages() if each.by_bot]) == 1
    await anna.tap("Старше ›")
    await anna.wait_for("Текст первой")
    await anna.tap("‹ Новее")
    await anna.wait_for("Одно письмо")
    await anna.tap("‹ Блог")
    await anna.wait_for("Выберите статью")
    await anna.tap("⌂")
    await anna.wait_for("Пишете письмо здесь")


async def test_an_empty_blog_says_so(bot: Deps, meet: Meet) -> None:
    anna = meet()
    await list_of(anna)
    assert "Первая статья уже пишется" in anna.last.text


async def test_a_member_finds_the_blog_at_home_and_by_command(bot: Deps, meet: Meet) -> None:
    await write(bot, "Первая")
    owner = await register(bot, meet())
    await owner.person.start()
    await owner.person.wait_for("Анна")
    await owner.tap("Блог", "Выберите статью")
    await owner.type("/blog", "Выберите статью")


async def test_the_command_waits_in_the_middle_of_a_question(bot: Deps, meet: Meet) -> None:
    owner = await register(bot, meet())
    await owner.go(AccountAction(verb="edit", name="name"))
    await owner.type("/blog", "Блог подождёт")
    await owner.type("Анна Иванова", "Сохранено")


@pytest.mark.parametrize("command", ["/clients", "/messages"])
async def test_a_list_is_no_question_that_the_blog_waits_for(
    bot: Deps, meet: Meet, command: str
) -> None:
    owner = await register(bot, meet())
    await owner.type(command, "Пока")
    await owner.type("/blog", "Первая статья уже пишется")
    await owner.type(command, "Пока")
    await owner.type("/language", "На каком языке")


async def test_a_long_list_has_pages(bot: Deps, meet: Meet) -> None:
    for no in range(10):
        await write(bot, f"Статья {no}")
    anna = meet()
    await list_of(anna)
    await anna.tap("›")
    await anna.wait_for(lambda seen: "Статья 1" in seen.buttons)
    await anna.tap("Статья 0")
    await anna.wait_for("Одно письмо")
    await anna.tap("‹ Блог")
    await anna.wait_for(lambda seen: "2 из 2" in seen.buttons)


async def test_articles_of_the_other_language_are_one_tap_away(bot: Deps, meet: Meet) -> None:
    await write(bot, "Русская", locale="ru")
    await write(bot, "English one", locale="en")
    anna = meet()
    await list_of(anna)
    assert "English one" not in anna.last.buttons
    await anna.tap("На английском: 1")
    await anna.wait_for(lambda seen: "English one" in seen.buttons)
    await anna.tap("English one")
    await anna.wait_for("Одно письмо")
    await anna.tap("‹ Блог")
    await anna.wait_for(lambda seen: "English one" in seen.buttons)


async def test_an_english_reader_meets_no_russian(bot: Deps, meet: Meet) -> None:
    await write(bot, "English one", body="Text.", locale="en")
    jane = meet(3, "en")
    await jane.start()
    await jane.wait_for("Mail Center")
    await jane.tap("Blog")
    await jane.wait_for("Choose an article")
    await jane.tap("English one")
    seen = await jane.wait_for("Text.")
    assert not any("а" <= letter <= "я" for letter in (seen.text + "".join(seen.buttons)).lower())


@pytest.mark.parametrize("member", [False, True], ids=["stranger", "member"])
async def test_a_link_opens_its_article(bot: Deps, meet: Meet, member: bool) -> None:
    by_slug = await write(bot, "Короткая", slug="korotkaya")
    by_number = await write(bot, "Длинная", slug="a" * 60)
    anna = meet()
    if member:
        await register(bot, anna)
    for payload, title in (("blog_korotkaya", "Короткая"), (f"blog_id_{by_number.id}", "Длинная")):
        await anna.start(payload)
        await anna.wait_for(title)
    await anna.start("blog")
    await anna.wait_for("Выберите статью")
    for broken in ("blog_nothing", "blog_id_999", "blog_id_x", f"blog_id_{by_slug.id}x"):
        await anna.start(broken)
        await anna.wait_for("Такой статьи больше нет")


async def test_an_article_that_was_taken_back_sends_to_the_list(bot: Deps, meet: Meet) -> None:
    article = await write(bot, "Первая")
    anna = meet()
    await list_of(anna)
    async with bot.sessions.begin() as tx:
        (await tx.get_one(Article, article.id)).published_at = None
    await anna.tap("Первая")
    await anna.wait_for("Такой статьи больше нет")
    assert "Первая" not in anna.last.buttons


async def test_an_older_telegram_gets_pages_under_the_picture(
    bot: Deps, meet: Meet, stand: Running
) -> None:
    stand.stand.takes_rich = False
    await write(bot, "Длинная статья", shown=True, body=LONG)
    await write(bot, "Без картинки", body=LONG)
    anna = meet()
    await list_of(anna)
    await anna.tap("Длинная статья")
    seen = await anna.wait_for("Часть 0.")
    assert seen.photo
    assert len(seen.text) <= 1024
    parts = int(seen.buttons[1].rpartition(" ")[2])
    for no in range(1, parts):
        await anna.tap("›")
        seen = await anna.wait_for(partial(has, f"{no + 1} из {parts}"))
        assert not seen.photo
        assert len(seen.text) <= 4096
    assert "Часть 11." in seen.text
    await anna.tap("‹ Блог")
    await anna.wait_for("Выберите статью")
    assert len([each for each in anna.messages() if each.by_bot]) == 1
    await anna.tap("Без картинки")
    assert "Часть 0." in (await anna.wait_for("Без картинки")).text


async def test_a_picture_is_uploaded_once_and_again_when_telegram_lost_it(
    bot: Deps, meet: Meet, stand: Running
) -> None:
    article = await write(bot, "Первая", shown=True)
    assert article.picture
    anna, boris = meet(), meet(2)
    for person in (anna, boris):
        await person.start(f"blog_{article.slug}")
        await person.wait_for("Первая")
    (key,) = await bot.redis.keys(f"blog:photo:*:{article.picture.digest}")
    await bot.redis.set(key, "lost")
    await anna.start(f"blog_{article.slug}")
    seen = await anna.wait_for("Первая")
    assert "photo" in [block["type"] for block in seen.raw["rich_message"]["blocks"]]
    async with asyncio.timeout(10):  # noted once it has been shown
        while await bot.redis.get(key) == b"lost":  # noqa: ASYNC110  Redis has no bell
            await asyncio.sleep(0.01)


async def test_who_asked_hears_of_a_new_article_once_and_may_stop(bot: Deps, meet: Meet) -> None:
    anna, boris = meet(), meet(2)
    await list_of(anna)
    await list_of(boris)
    await anna.tap("☐ Сообщать о новых статьях")
    await anna.wait_for(lambda seen: "☑ Сообщать о новых статьях" in seen.buttons)
    await write(bot, "Свежая", shown=True)
    notice = await anna.wait_for("Новое в блоге: Свежая", timeout=20)
    assert notice.photo
    await anna.tap("Читать", on=notice)
    await anna.wait_for("Одно письмо")
    async with bot.sessions.begin() as tx:
        assert await news.claim(tx, await clock(tx)) == []  # nobody is left to be told
    heard = [each for each in anna.messages() if "Новое в блоге" in each.text]
    assert len(heard) == 1
    assert not any("Новое в блоге" in each.text for each in boris.messages())
    await anna.press(anna.last.id, BlogAction(verb="unfollow").pack())
    await anna.wait_for(lambda seen: "☐ Сообщать о новых статьях" in seen.buttons)


async def test_who_blocked_the_bot_is_noted_and_left_alone(bot: Deps, meet: Meet) -> None:
    anna = meet()
    await list_of(anna)
    await anna.tap("☐ Сообщать о новых статьях")
    await anna.wait_for(lambda seen: "☑ Сообщать о новых статьях" in seen.buttons)
    anna.chat.blocked = True
    await write(bot, "Свежая")
    async with asyncio.timeout(20):
        while not await noted(bot):  # noqa: ASYNC110  nothing rings when it is noted
            await asyncio.sleep(0.1)
    async with bot.sessions() as tx:
        assert len((await tx.scalars(select(ArticleNotice))).all()) == 1


async def noted(bot: Deps) -> bool:
    async with bot.sessions() as tx:
        return (await tx.scalars(select(TelegramAccount.blocked_at))).one() is not None


@pytest.mark.parametrize(
    "button",
    [
        BlogAction(verb="read", id=10**17),
        BlogAction(verb="read", id=-1),
        BlogAction(verb="list", page=10**15),
        BlogAction(verb="list", page=-5),
        BlogAction(verb="list", locale="xx"),
    ],
    ids=["unknown", "negative", "far", "before", "tongue"],
)
async def test_an_odd_button_is_answered(bot: Deps, meet: Meet, button: BlogAction) -> None:
    await write(bot, "Первая")
    anna = meet()
    await list_of(anna)
    assert await anna.press(anna.last.id, button.pack())
    assert anna.last.buttons
