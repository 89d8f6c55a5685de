"""Mailings to clients by rule, through the chat."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.mailings.callbacks import MailingAction
from core.bootstrap import Deps
from core.db import clock
from core.delivery import service as delivery
from core.delivery.models import Delivery, Run
from core.mailings import service
from core.mailings.models import Mailing
from core.mailings.segments import Segment
from core.messages.models import Message
from core.scheduling.recurrence import Recurrence
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register


class Shop:
    """An owner with a message and clients with tags."""

    def __init__(self, deps: Deps, owner: Owner, message: Message) -> None:
        self.deps, self.owner, self.message = deps, owner, message

    async def add(self, name: str, *tags: str) -> None:
        async with self.deps.sessions.begin() as tx:
            await factories.client(tx, self.owner.user, first_name=name, tags=list(tags))

    async def run(self, mailing: Mailing) -> list[str]:
        """A run of the mailing: who is written down for it."""
        async with self.deps.sessions.begin() as tx:
            now = await clock(tx)
            [run_id] = await delivery.start_runs(tx, {mailing.id: now}, now)
            assert not await delivery.fill_slice(tx, run_id, now)
            rows = (await tx.scalars(select(Delivery).where(Delivery.run_id == run_id))).all()
            for row in rows:
                row.status, row.settled_at = "sent", now
            run = await tx.get_one(Run, run_id)
            run.status, run.finished_at = "finished", now
            return sorted(row.values["first_name"] for row in rows)

    async def recurring(self, segment: Segment) -> Mailing:
        async with self.deps.sessions.begin() as tx:
            now = await clock(tx)
            rule, start = Recurrence("days"), now + timedelta(days=1)
            given = (self.message.id, "segment", None, rule, start, now)
            return await service.accept(tx, self.owner.user, *given, segment=segment)


@pytest.fixture
async def shop(bot: Deps, meet: Meet) -> Shop:
    owner = await register(bot, meet())
    async with bot.sessions.begin() as tx:
        message = await factories.message(tx, owner.user, "Скидки")
    shop = Shop(bot, owner, message)
    await shop.add("Анна", "vip", "Москва")
    await shop.add("Борис", "vip", "старый")
    await shop.add("Вера")
    return shop


async def test_tags_choose_and_leave_out(shop: Shop) -> None:
    owner = shop.owner
    await owner.go(MailingAction(verb="begin", id=shop.message.id))
    await owner.tap("Кому", "Кому?")
    shown = await owner.tap("По правилу", "Выбрано: все активные")
    assert shown.buttons[:3] == ["☐ vip · 2", "☐ Москва · 1", "☐ старый · 1"]
    await owner.tap("vip", "Получат: 2 клиента")
    await owner.tap("старый", "vip или старый")
    rule = await owner.tap("старый", "Выбрано: vip, без старый")
    assert "Получат: 1 клиент" in rule.text
    launch = await owner.tap("Готово", "1. Кому")
    assert "1. Кому: vip, без старый · 1" in launch.text
    await owner.tap("Проверить", "→ 1 клиент")
    card = await owner.tap("Запустить", "Начнём через")
    assert "1 клиент (vip, без старый)" in card.text
    async with shop.deps.sessions() as tx:
        [mailing] = await tx.scalars(select(Mailing))
    assert await shop.run(mailing) == ["Анна"]


async def test_a_tag_is_found_by_a_part_of_it(shop: Shop) -> None:
    owner = shop.owner
    await shop.add("Галя", *(f"набор {n}" for n in range(10)))
    await owner.go(MailingAction(verb="begin", id=shop.message.id))
    await owner.go(MailingAction(verb="tags"))
    shown = await owner.person.wait_for("Для поиска напишите часть метки")
    assert not shown.find("Показать все метки")
    found = await owner.type("МОСК", "Метки с «МОСК»: 1")
    assert found.buttons[0] == "☐ Москва · 1"
    await owner.tap("Москва", "Выбрано: Москва")
    await owner.type("x_", "Метки с «x_»: 0")
    shown = await owner.tap("Показать все метки", "Выбрано: Москва")
    assert shown.buttons[0] == "☐ vip · 2"


async def test_new_clients_join_the_next_run(shop: Shop) -> None:
    mailing = await shop.recurring(Segment(tags=("vip",)))
    assert await shop.run(mailing) == ["Анна", "Борис"]
    await shop.add("Галя", "vip")
    await shop.add("Дима")
    assert await shop.run(mailing) == ["Анна", "Борис", "Галя"]


async def test_who_was_written_to_lately_is_left_out(shop: Shop) -> None:
    mailing = await shop.recurring(Segment(quiet_days=30))
    assert await shop.run(mailing) == ["Анна", "Борис", "Вера"]
    await shop.add("Галя")
    assert await shop.run(mailing) == ["Галя"]
    await shop.owner.go(MailingAction(verb="begin", id=shop.message.id))
    await shop.owner.go(MailingAction(verb="tags"))
    for _tap in range(2):
        await shop.owner.person.tap("Когда писали" if _tap == 0 else "не писали 7 дней")
    shown = await shop.owner.person.wait_for("Выбрано: не писали 30 дней")
    assert "Получат: 0 клиентов" in shown.text
    nobody = await shop.owner.tap("Готово", "Под этот выбор никто не подходит")
    assert "Проверить" not in nobody.buttons


async def test_a_rule_is_kept_under_a_name(shop: Shop) -> None:
    owner = shop.owner
    await owner.go(MailingAction(verb="begin", id=shop.message.id))
    await owner.go(MailingAction(verb="tags"))
    await owner.tap("Москва", "Получат: 1 клиент")
    await owner.tap("Сохранить под названием", "Как назовём")
    await owner.type("Москвичи", "1. Кому: Москва · 1")
    await owner.go(MailingAction(verb="begin", id=shop.message.id))
    shown = await owner.tap("Кому", "Кому?")
    assert "★ Москвичи" in shown.buttons
    await owner.tap("★ Москвичи", "1. Кому: Москва · 1")
    await owner.tap("Кому", "Кому?")
    shown = await owner.tap("Удалить", "Кому?")
    assert "★ Москвичи" not in shown.buttons


async def test_a_running_mailing_is_given_another_rule(shop: Shop) -> None:
    mailing = await shop.recurring(Segment(tags=("vip",)))
    await shop.owner.go(MailingAction(verb="open", id=mailing.id))
    opened = await shop.owner.tap("Изменить", "Изменить рассылку")
    assert "1. Кому: vip · 2" in opened.text
    await shop.owner.tap("Кому", "Кому?")
    await shop.owner.tap("Все активные", "1. Кому: все активные · 3")
    await shop.owner.tap("Сохранить", "Активна")
    assert await shop.run(mailing) == ["Анна", "Борис", "Вера"]
