"""Buttons that are old, foreign, made up or tapped twice: an answer in words, nothing changed."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData
from sqlalchemy import func, select, update

from bot.account.callbacks import AccountAction
from bot.clients.callbacks import ClientAction, ClientField
from bot.mailings.callbacks import MailingAction, RunAction
from bot.messages.callbacks import FileAction, MessageAction
from core.bootstrap import Deps
from core.clients.models import Client
from core.db import clock
from core.delivery.models import Run
from core.keys import key_for
from core.letters import tokens
from core.letters.compose import CODE_KEY
from core.letters.models import EmailToken, Letter
from core.mailings import service
from core.mailings.models import Mailing
from core.messages.models import Message
from core.scheduling.recurrence import Recurrence
from core.updates.models import TelegramUpdate
from core.users.models import TelegramAccount, User
from demo.stand import actions
from demo.stand.serve import Running
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import register
from tests.scenarios.talk import Talk

BIG = (-1, -(2**63), 2**63 - 1, 2**63, 10**30)
MESSAGE = (
    *("open", "change", "text", "subject", "files", "preview", "off", "off_sure", "on", "copy"),
    *("more", "look", "button", "no_button", "history", "delete", "delete_sure", "to_me", "fields"),
)
CLIENT = ("open", "edit", "on", "off")
MAILING = (
    *("open", "freeze", "unfreeze", "late", "skip", "start", "cancel", "finish", "finish_sure"),
    *("change", "report"),
)
RUN = ("report", "xlsx", "chart", "retry", "resolve", "again", "count", "aside")


class Shop:
    """What an owner has, as rows."""

    def __init__(self, deps: Deps, talk: Talk, user: User) -> None:
        self.deps, self.talk, self.user = deps, talk, user
        self.message = self.client = self.mailing = self.run = 0

    async def fill(self) -> None:
        """A message, a client, a mailing with a run."""
        async with self.deps.sessions.begin() as tx:
            now = await clock(tx)
            message = await factories.message(tx, self.user)
            client = await factories.client(tx, self.user)
            start, rule = now + timedelta(days=1), Recurrence("days")
            mailing = await service.accept(tx, self.user, message.id, "all", None, rule, start, now)
            run = Run(
                mailing_id=mailing.id,
                no=1,
                status="sending",
                created_at=now,
                version_id=message.version_id,
                due_at=now,
            )
            tx.add(run)
            await tx.flush()
            self.message, self.client = message.id, client.id
            self.mailing, self.run = mailing.id, run.id

    async def rows(self) -> list[tuple[Any, ...]]:
        """Everything a stranger could have changed."""
        found: list[tuple[Any, ...]] = []
        async with self.deps.sessions() as tx:
            for table in (Message, Client, Mailing, Run, User):
                rows = await tx.execute(select(table.__table__).order_by(table.id))
                found += [tuple(row) for row in rows]
        return found


@pytest.fixture
async def shop(bot: Deps, meet: Meet) -> Shop:
    owner = await register(bot, meet(), name="Иван")
    made = Shop(bot, Talk(bot, owner.person, "ru"), owner.user)
    await made.fill()
    return made


def foreign(shop: Shop) -> list[str]:
    """Every button that names a thing."""
    made: list[CallbackData] = [MessageAction(verb=verb, id=shop.message) for verb in MESSAGE]
    made += [ClientAction(verb=verb, id=shop.client) for verb in CLIENT]
    made += [ClientField(verb=verb, id=shop.client, field="phone") for verb in ("ask", "empty")]
    made += [MailingAction(verb=verb, id=shop.mailing) for verb in MAILING]
    made += [RunAction(verb=verb, run=shop.run) for verb in RUN]
    made += [FileAction(verb="remove", message=shop.message, file=1)]
    return [data.pack() for data in made]


# ---------------------------------------------------------------------------- foreign, made up


async def test_anothers_things_are_not_found(shop: Shop, meet: Meet) -> None:
    before = await shop.rows()
    stranger = await register(shop.deps, meet(2), name="Пётр")
    talk = Talk(shop.deps, stranger.person, "ru")
    for data in [*foreign(shop), MailingAction(verb="begin", id=shop.message).pack()]:
        said = await talk.press(data)
        assert "Не найдено" in said, f"{data}: {said}\n{talk.read()}"
    async with shop.deps.sessions.begin() as tx:
        user = await tx.get_one(User, stranger.user.id)
        await tx.execute(
            update(TelegramAccount).where(TelegramAccount.user_id == user.id).values(user_id=None)
        )
        await tx.delete(user)
    assert await shop.rows() == before


async def test_a_guest_is_told_to_register(shop: Shop, meet: Meet) -> None:
    before, talk = await shop.rows(), Talk(shop.deps, meet(3), "ru")
    await talk.type("/start")
    for data in foreign(shop):
        assert "/start" in await talk.press(data), data
    assert await shop.rows() == before


async def test_numbers_nobody_has_are_answered(shop: Shop) -> None:
    for data in foreign(shop):
        for number in BIG:
            made = re.sub(r":\d+", f":{number}", data, count=1)
            if len(made) > 64:
                continue
            assert await shop.talk.press(made), made
            assert shop.talk.shown.buttons, made
    pages = ("ms:list:0:{}", "cl:list:0:{}", "ml:list:0:{}", "ml:new:0:{}", "ml:hand:0:{}")
    for number in BIG:
        for page in pages:
            said = await shop.talk.press(page.format(number))
            assert "Что-то пошло не так" not in said, page


GARBAGE = (
    *("x", "ml", "ml:", "ml::::", "ml:open:1", "ml:open:x:0", "ml:nothing:1:0", ":" * 64),
    *("ac:edit:zzz", "cf:ask:1:password", "ci:load:1::", "ce:exe", "st:speak:xx", "nav:nowhere"),
    *("pl:zone:take:../../etc:0", "a" * 64, "😀" * 16, "'; DROP TABLE users; --", "{{7*7}}"),
)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_garbage_is_answered_and_shows_a_way_on(bot: Deps, meet: Meet, language: str) -> None:
    owner = await register(bot, meet(1, language), locale=language, name="Emma")
    talk = Talk(bot, owner.person, language)
    for data in GARBAGE:
        said = await talk.press(data)
        assert talk.shown.buttons, data
        if said:
            talk.check_language(talk.shown, said)


# ---------------------------------------------------------------------------- old, twice


async def test_old_buttons_of_a_finished_mailing_change_nothing(shop: Shop) -> None:
    await shop.talk.press(MailingAction(verb="finish_sure", id=shop.mailing))
    before = await shop.rows()
    for verb in ("freeze", "unfreeze", "start", "cancel", "change", "late", "skip", "finish_sure"):
        said = await shop.talk.press(MailingAction(verb=verb, id=shop.mailing))
        assert "завершена" in said, f"{verb}: {said}\n{shop.talk.read()}"
        assert "Завершена" in shop.talk.shown.text, verb
    assert await shop.rows() == before


async def test_a_plan_without_its_message_is_refused_in_words(shop: Shop) -> None:
    await shop.talk.press(MailingAction(verb="begin", id=shop.message))
    await shop.talk.press(MailingAction(verb="check"))
    async with shop.deps.sessions.begin() as tx:
        await tx.execute(update(Message).values(active=False))
    said = await shop.talk.press(MailingAction(verb="accept"))
    assert "деактивировано" in said, said
    async with shop.deps.sessions() as tx:
        assert (await tx.scalars(select(func.count()).select_from(Mailing))).one() == 1


DOUBLE = (
    MessageAction(verb="off_sure", id=0),
    ClientAction(verb="off", id=0),
    MailingAction(verb="freeze", id=0),
    MailingAction(verb="unfreeze", id=0),
    MailingAction(verb="finish_sure", id=0),
)


async def test_double_taps_count_once(shop: Shop) -> None:
    ids = {"ms": shop.message, "cl": shop.client, "ml": shop.mailing}
    for button in DOUBLE:
        data = button.model_copy(update={"id": ids[button.__prefix__]}).pack()
        person, shown = shop.talk.person, shop.talk.shown.id
        await asyncio.gather(*(person.press(shown, data) for _ in range(3)))
        await shop.talk.answered()
    async with shop.deps.sessions() as tx:
        assert (await tx.scalars(select(Mailing.status))).all() == ["finished"]
        assert not (await tx.get_one(Message, shop.message)).active
        assert not (await tx.get_one(Client, shop.client)).active


async def test_a_copy_tapped_twice_is_two_and_once_is_one(shop: Shop, stand: Running) -> None:
    await shop.talk.press(MessageAction(verb="copy", id=shop.message))
    last = await newest_update(shop.deps)
    stand.stand.updates.pending.append(last.payload)
    stand.stand.updates.added.beat()
    stand.stand.updates.end_poll()
    await shop.talk.answered()
    async with shop.deps.sessions() as tx:
        assert (await tx.scalars(select(func.count()).select_from(Message))).one() == 2


async def newest_update(deps: Deps) -> TelegramUpdate:
    async with deps.sessions() as tx:
        newest = select(TelegramUpdate).order_by(TelegramUpdate.update_id.desc()).limit(1)
        return (await tx.scalars(newest)).one()


# ---------------------------------------------------------------------------- codes


async def code_for(deps: Deps, telegram_id: int) -> str:
    """What the worker would put into the newest letter to this chat."""
    async with deps.sessions.begin() as tx:
        mine = select(Letter).where(Letter.telegram_id == telegram_id).order_by(Letter.id.desc())
        letter = (await tx.scalars(mine.limit(1))).one()
        assert letter.user_id
        who = (letter.user_id, letter.purpose, letter.recipient, letter.telegram_id)
        now, key = await clock(tx), key_for(deps.settings, CODE_KEY)
        return (await tokens.mint(tx, *who, key, now)).code


@pytest.fixture
async def signing_in(bot: Deps, meet: Meet) -> Talk:
    async with bot.sessions.begin() as tx:
        await factories.user(tx, email="anna@example.org")
    talk = Talk(bot, meet(), "ru")
    await talk.type("/start")
    await talk.press(AccountAction(verb="sign_in"))
    await talk.type("anna@example.org")
    return talk


async def test_a_code_is_good_once_and_in_its_own_chat(signing_in: Talk, meet: Meet) -> None:
    deps, code = signing_in.deps, await code_for(signing_in.deps, 1)
    thief = Talk(deps, meet(2), "ru")
    await thief.type("/start")
    await thief.press(AccountAction(verb="sign_in"))
    await thief.type("anna@example.org")
    await thief.type(code)
    assert "Вы вошли" not in thief.shown.text
    assert "Вы вошли" in (await signing_in.type(code)).text
    await signing_in.press(AccountAction(verb="sign_out_sure"))
    await signing_in.press(AccountAction(verb="sign_in"))
    await signing_in.type("anna@example.org")
    again = await signing_in.type(code)
    assert "Действующего кода нет" in again.text
    assert "Отправить письмо ещё раз" in "".join(again.buttons)


async def test_a_code_dies_after_ten_minutes(signing_in: Talk) -> None:
    code = await code_for(signing_in.deps, 1)
    async with signing_in.deps.sessions.begin() as tx:
        token = (await tx.scalars(select(EmailToken))).one()
        assert token.expires_at - token.created_at == timedelta(minutes=10)
        token.created_at -= timedelta(minutes=11)
        token.expires_at -= timedelta(minutes=11)
    assert "Действующего кода нет" in (await signing_in.type(code)).text


async def test_a_code_dies_after_five_tries(signing_in: Talk) -> None:
    code = await code_for(signing_in.deps, 1)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        await signing_in.type(wrong)
    assert "Действующего кода нет" in (await signing_in.type(code)).text


# ---------------------------------------------------------------------------- groups, blocked


async def test_in_a_group_the_bot_asks_to_be_written_to_directly(
    bot: Deps, stand: Running, meet: Meet
) -> None:
    anna = meet()
    group = {"id": -100, "type": "group", "title": "Team"}
    message = stand.stand.new_message(anna.chat, anna.chat.user, actions.text_content("/start"))
    stand.stand.updates.add("message", message | {"chat": group})
    async with asyncio.timeout(10):
        while not (said := [c for c in stand.stand.calls if c.params.get("chat_id") == -100]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert "личн" in said[0].params["text"]
    async with bot.sessions() as tx:
        assert (await tx.scalars(select(TelegramAccount))).all() == []


async def test_who_blocks_the_bot_amid_a_conversation_disturbs_nobody(
    shop: Shop, meet: Meet
) -> None:
    await shop.talk.press(MessageAction(verb="new"))
    await shop.talk.person.block()
    actions.press(shop.talk.person.stand, shop.talk.person.chat, shop.talk.shown.id, "nav:home")
    await shop.talk.answered()
    other = Talk(shop.deps, meet(2), "ru")
    assert "Центр рассылок" in (await other.type("/start")).text
    async with shop.deps.sessions() as tx:
        assert (await tx.get_one(TelegramAccount, 1)).blocked_at
    assert "Центр рассылок" in (await shop.talk.type("/start")).text
    async with shop.deps.sessions() as tx:
        assert (await tx.get_one(TelegramAccount, 1)).blocked_at is None
