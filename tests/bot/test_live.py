"""Cards that keep themselves up to date: what Telegram refuses, and what happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiogram import Bot

from bot.app import make_bot
from bot.kit import Screen
from bot.kit.memory import Memory, forget_all, turn_of
from bot.mailings.callbacks import MailingAction
from bot.mailings.live import Keeper
from core.bootstrap import Deps
from core.db import clock
from core.mailings import cards, service
from core.mailings.cards import Followed
from core.mailings.models import Mailing
from core.users.models import TelegramAccount
from demo.stand.errors import Flood
from demo.stand.limits import Limits
from demo.stand.seen import Seen
from demo.stand.serve import Running
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.bot.test_mailings import Business, open_business


class Table:
    """A card on somebody's screen, and who keeps it; no bot answers meanwhile."""

    def __init__(self, business: Business, bot: Bot, stand: Running) -> None:
        self.deps, self.owner, self.stand = business.deps, business.owner, stand
        self.keeper = Keeper(business.deps, bot)
        self.chat = self.owner.person.chat
        self._business, self._bot = business, bot

    async def open(self) -> Mailing:
        """A mailing that waits for its day, followed by a message."""
        mailing = await self._business.accepted()
        await self.owner.person.type("/start")
        await self._bot.send_message(self.chat.id, "Открываем")
        await self.follow(mailing)
        return mailing

    async def follow(self, mailing: Mailing) -> None:
        """As a tap on it does."""
        await cards.follow(self.deps.engine, self.chat.id, self.shown.id, mailing.id)

    async def round(self) -> None:
        """A round with its edits, after a rest."""
        self.keeper._rest.clear()
        await self.keeper.round()
        await self.edited()

    async def edited(self) -> None:
        """Once no edit is under way."""
        while self.keeper._editing:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)

    async def followed(self) -> list[Followed]:
        return list(await cards.followed(self.deps.engine))

    @property
    def shown(self) -> Seen:
        return self.owner.person.last

    @property
    def refused(self) -> list[str]:
        return [call.description for call in self.stand.stand.calls if call.code != 200]


@pytest.fixture
async def table(deps: Deps, stand: Running) -> AsyncIterator[Table]:
    forget_all()
    async with deps.sessions.begin() as tx:
        user = await factories.user(tx)
        tx.add(TelegramAccount(telegram_id=1, user_id=user.id, created_at=factories.NOW))
    business = await open_business(deps, Owner(stand.person(), user))
    async with make_bot(deps.settings) as bot:
        yield Table(business, bot, stand)


class Flooded(Limits):
    """Somebody to whom too much was said."""

    def spend(self, chat_id: int, cost: float = 1) -> None:
        raise Flood(1)


async def test_a_card_that_telegram_holds_back_waits_and_shows_what_is_so_then(
    table: Table,
) -> None:
    mailing = await table.open()
    usual, table.stand.stand.limits = table.stand.stand.limits, Flooded()
    await table.round()
    await table.round()
    assert table.refused == ["Too Many Requests: retry after 1"]
    assert table.shown.text == "Открываем"
    table.stand.stand.limits = usual
    async with table.deps.sessions.begin() as tx:
        await service.freeze(tx, table.owner.user, mailing.id, await clock(tx))
    await asyncio.sleep(1)
    await table.round()
    assert "Заморожена" in table.shown.text


async def test_the_last_that_moved_is_shown_though_telegram_held_it_back(table: Table) -> None:
    mailing = await table.open()
    await table.round()
    async with table.deps.sessions.begin() as tx:
        await service.freeze(tx, table.owner.user, mailing.id, await clock(tx))
    table.keeper.heard(str(mailing.id))
    usual, table.stand.stand.limits = table.stand.stand.limits, Flooded()
    await table.round()
    assert "Активна" in table.shown.text
    table.stand.stand.limits = usual
    await asyncio.sleep(1)
    await table.round()
    assert "Заморожена" in table.shown.text


async def test_a_card_that_is_shown_already_is_left_as_it_is(table: Table) -> None:
    mailing = await table.open()
    await table.round()
    await table.follow(mailing)
    await table.round()
    [refused] = table.refused
    assert "message is not modified" in refused
    [card] = await table.followed()
    assert card.shown
    await table.round()
    assert len(table.refused) == 1


async def test_a_card_whose_message_was_deleted_is_followed_no_more(table: Table) -> None:
    await table.open()
    table.chat.remove(table.shown.id)
    await table.round()
    assert "message to edit not found" in table.refused[0]
    assert await table.followed() == []


async def test_what_a_tap_has_shown_meanwhile_is_not_drawn_over(table: Table) -> None:
    mailing = await table.open()
    async with turn_of(table.chat.id):
        await table.keeper.round()
        await table.follow(mailing)
    await table.edited()
    assert table.shown.text == "Открываем"
    await table.round()
    assert "Скидки до 40 % · Активна" in table.shown.text


async def test_what_moved_while_a_tap_was_answered_is_shown_after_it(table: Table) -> None:
    mailing = await table.open()
    await table.round()
    [shown] = await table.followed()
    async with turn_of(table.chat.id):  # a tap has looked already, and draws for a while
        async with table.deps.sessions.begin() as tx:
            await service.freeze(tx, table.owner.user, mailing.id, await clock(tx))
        table.keeper.heard(str(mailing.id))
        table.keeper._rest.clear()
        await table.keeper.round()
        where = (table.deps.engine, table.chat.id, table.shown.id, mailing.id)
        await cards.follow(*where, shown.shown)
    await table.edited()
    await table.round()
    assert "Заморожена" in table.shown.text


async def test_a_screen_opened_since_a_crash_is_not_drawn_over(table: Table) -> None:
    await table.open()
    memory = Memory(table.deps.redis, table.chat.id)
    await memory.write(None, {"screen": Screen("Рассылки").packed()})
    await table.round()
    assert table.shown.text == "Открываем"
    assert await table.followed() == []


async def test_a_card_of_a_deleted_mailing_says_so_and_is_followed_no_more(table: Table) -> None:
    mailing = await table.open()
    async with table.deps.sessions.begin() as tx:
        admin = await factories.user(tx, is_admin=True)
        await service.delete(tx, admin, mailing.id, await clock(tx))
    await table.round()
    assert "удалили" in table.shown.text
    assert await table.followed() == []


async def test_a_card_that_was_just_opened_is_not_edited_again(
    bot: Deps, stand: Running, meet: Meet
) -> None:
    business = await open_business(bot, await register(bot, meet()))
    mailing, owner = await business.accepted(start_in=timedelta(days=3, hours=1)), business.owner
    await owner.go(MailingAction(verb="open", id=mailing.id))
    edits = len(stand.stand.calls)
    await asyncio.sleep(1)
    assert len(stand.stand.calls) == edits
