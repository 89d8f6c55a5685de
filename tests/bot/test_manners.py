"""Menus by language and role, help by context, links that lead nowhere, things nobody asked for,
groups, a bot that was stopped and taken back."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.filters.callback_data import CallbackData
from aiogram.methods import GetMe, LeaveChat, SendMessage, TelegramMethod
from aiogram.types import Update
from aiogram.types import User as Sender
from sqlalchemy import update

from bot.account.callbacks import AccountAction
from bot.admin.callbacks import AdminAction
from bot.app import make_dispatcher
from bot.clients.callbacks import ClientAction
from bot.messages.callbacks import MessageAction
from core.bootstrap import Deps
from core.users.models import TelegramAccount, User
from demo.stand import actions
from demo.stand.methods.commands import commands_for
from demo.stand.serve import DEMO_TOKEN, Running
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import register
from tests.bot.test_message_files import picture


def menu(stand: Running, chat: int, language: str = "ru") -> dict[str, str]:
    found = commands_for(stand.stand, chat, language)
    return {each["command"]: each["description"] for each in found}


async def until(holds: Any) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.02)


async def test_the_menu_follows_language_and_role(meet: Meet, deps: Deps, stand: Running) -> None:
    stranger = meet(3)
    await stranger.start()
    await stranger.wait_for("Центр рассылок")
    assert menu(stand, 3)["help"] == "Как это работает"
    assert "mailings" not in menu(stand, 3)
    owner = await register(deps, meet())
    await until(lambda: "mailings" in menu(stand, 1))
    assert "admin" not in menu(stand, 1)
    async with deps.sessions.begin() as tx:
        await tx.execute(update(User).where(User.id == owner.user.id).values(is_admin=True))
    await owner.type("/language", "На каком языке")
    await until(lambda: "admin" in menu(stand, 1))
    await owner.tap("English", "Mail Center")
    await until(lambda: menu(stand, 1).get("mailings") == "Your mailings")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/new", "Новая рассылка"),
        ("/mailings", "Рассылки"),
        ("/clients", "Клиенты"),
        ("/profile", "Профиль"),
        ("/admin", "Управление"),
    ],
)
async def test_each_command_of_the_menu_opens_its_screen(
    meet: Meet, deps: Deps, command: str, expected: str
) -> None:
    owner = await register(deps, meet(), is_admin=True)
    if command == "/new":
        expected = "письм"
    await owner.type(command, expected)


async def test_help_speaks_of_the_question_that_is_asked(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet(), is_admin=True)
    seen = await owner.type("/help", "Как это работает")
    assert "/admin" in seen.text
    await owner.type("/profile", "Профиль")
    await owner.tap("Имя", "новое имя")
    seen = await owner.type("/help", "остаётся прежнее")
    assert "новое имя" in seen.text
    await owner.type("Мария", "✓ Сохранено")


async def test_help_on_a_list_says_what_can_be_typed_and_the_list_stays(
    meet: Meet, deps: Deps
) -> None:
    owner = await register(deps, meet(), is_admin=True)
    await owner.go(AdminAction(verb="users", name="all"))
    await owner.type("/help", "Чтобы найти человека")
    await owner.type("/messages", "Пока их нет")
    seen = await owner.type("/help", "чтобы открыть")
    assert "Пока их нет" in seen.text
    await owner.type("/clients", "Пока никого нет")
    seen = await owner.type("/help", "можно добавить кнопкой")
    assert "Пока никого нет" in seen.text
    await owner.type("new@example.org", "никого нет")
    await owner.tap("Добавить клиентом", "Клиент добавлен")
    await owner.go(ClientAction(verb="new"))
    seen = await owner.type("/help", "сохранится сразу")
    assert "Новые клиенты" in seen.text


KEPT = "Прервано. Сохранённое раньше осталось."
NOTHING = "Отменять нечего."


@pytest.mark.parametrize(
    ("place", "typed", "told"),
    [
        (MessageAction(verb="new"), "Скидки\n\nВсё дешевле", "Отменено, ничего не сохранено."),
        (ClientAction(verb="new"), "Анна a@example.org\nИван", KEPT),
        (MessageAction(verb="signature"), "Анна", KEPT),
        (AccountAction(verb="quiet"), "22-8", KEPT),
        (ClientAction(verb="list"), "Анна", NOTHING),
        (MessageAction(verb="list"), "Скидки", NOTHING),
        (AccountAction(verb="profile"), "Анна", NOTHING),
    ],
)
async def test_leaving_says_whether_anything_is_lost(
    meet: Meet, deps: Deps, place: CallbackData, typed: str, told: str
) -> None:
    owner = await register(deps, meet())
    await owner.go(place)
    await owner.person.type(typed)
    await owner.type("/cancel", told)


async def test_a_card_that_an_album_may_still_join_asks_nothing(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet())
    async with deps.sessions.begin() as tx:
        message = await factories.message(tx, owner.user)
    for command, told in (("/help", "Как это работает"), ("/cancel", NOTHING)):
        await owner.go(MessageAction(verb="text", id=message.id))
        await owner.person.upload("a.png", picture(), "Новый текст")
        await owner.person.wait_for("Изменено")
        await owner.type(command, told)


async def test_a_link_that_leads_nowhere_says_so(meet: Meet) -> None:
    anna = meet()
    for payload in ("nothing", "confirm", "promo-2026"):
        await anna.start(payload)
        seen = await anna.wait_for("Эта ссылка никуда не ведёт")
        assert seen.find("Зарегистрироваться")
    await anna.start("confirm_madeup")
    await anna.wait_for("Такой ссылки мы не знаем")


async def test_whatever_is_sent_gets_an_answer_with_a_way_on(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet())
    await owner.person.sticker()
    await owner.person.wait_for("Стикеры я не понимаю")
    await owner.person.voice()
    await owner.person.wait_for("Голосовые сообщения я не слышу")
    await owner.person.location()
    await owner.person.wait_for("С местом на карте")
    await owner.type("/abracadabra", "Команды /abracadabra нет")
    seen = await owner.type("привет", "Сейчас я не жду текста")
    assert "/messages" in seen.text
    assert seen.find("Новая рассылка")


async def test_who_takes_the_bot_back_is_written_to_again(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet())

    async def blocked() -> object:
        async with deps.sessions() as tx:
            return (await tx.get_one(TelegramAccount, 1)).blocked_at

    for step, wanted in ((owner.person.block, True), (owner.person.unblock, False)):
        await step()
        async with asyncio.timeout(5):
            while bool(await blocked()) is not wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


class Recorder(BaseSession):
    """Notes what is asked of Telegram."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[TelegramMethod[Any]] = []

    async def make_request(
        self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None
    ) -> Any:
        if isinstance(method, GetMe):
            return Sender(id=bot.id, is_bot=True, first_name="Mail", username="mail_bot")
        self.asked.append(method)
        return True

    def stream_content(self, *_args: Any, **_options: Any) -> AsyncGenerator[bytes, None]:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing is open."""


PERSON = {"id": 5, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
GROUP = {"id": -100, "type": "supergroup", "title": "Друзья"}
ADDED = {
    "update_id": 1,
    "my_chat_member": {
        "chat": GROUP,
        "from": PERSON,
        "date": 1,
        "old_chat_member": {"status": "left", "user": PERSON},
        "new_chat_member": {"status": "member", "user": PERSON},
    },
}
SPOKEN = {
    "update_id": 2,
    "message": {"message_id": 1, "date": 1, "chat": GROUP, "from": PERSON, "text": "/start"},
}


@pytest.mark.parametrize("update_", [ADDED, SPOKEN], ids=["put in", "spoken to"])
async def test_a_group_is_politely_refused_and_left(deps: Deps, update_: dict[str, Any]) -> None:
    session = Recorder()
    bot = Bot(DEMO_TOKEN, session=session)
    dispatcher = make_dispatcher(deps)
    await dispatcher.feed_update(bot, Update.model_validate(update_), applied=False)
    said, left = session.asked
    assert isinstance(said, SendMessage)
    assert "только в личных чатах" in said.text
    assert "@mail_bot" in said.text
    assert isinstance(left, LeaveChat)
    assert left.chat_id == -100


OF_LATER = {"id": "1", "question": "?", "options": [{"text": "yes"}]}  # aiogram wants far more
FILE = {"file_id": "f", "file_unique_id": "f"}
ANIMATION = FILE | {"width": 1, "height": 1, "duration": 1}
PINNED = {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}


async def test_what_telegram_puts_in_and_what_later_versions_have_stops_nobody(
    bot: Deps, meet: Meet, stand: Running
) -> None:
    owner = await register(bot, meet(1, "en"), locale="en")
    for content, expected in (
        ({"poll": OF_LATER}, "I can do nothing with that here."),
        ({"animation": ANIMATION, "document": FILE}, "I cannot read animations."),
    ):
        actions.send(stand.stand, owner.person.chat, content)
        await owner.person.wait_for(expected)
    stand.stand.calls.clear()
    actions.send(stand.stand, owner.person.chat, {"pinned_message": PINNED})
    stand.stand.updates.add("callback_query", {"id": "of a later version"})
    await owner.type("/blog", "Blog")
    assert not [call for call in stand.stand.calls if "I can do nothing" in str(call)]
