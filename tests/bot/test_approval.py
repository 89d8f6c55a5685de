"""A mailing to many, between its owner's chat and the administrators'."""

import re

import pytest
from sqlalchemy import select

from bot.admin.callbacks import AdminAction
from bot.mailings.callbacks import MailingAction
from core.audit.models import Entry
from core.bootstrap import Deps
from core.mailings.models import Mailing
from core.messages.models import Message
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register


@pytest.fixture
async def deps(deps: Deps) -> Deps:
    """Above two recipients an administrator is asked."""
    object.__setattr__(deps, "settings", deps.settings.model_copy(update={"approval_above": 2}))
    return deps


class Office:
    """An owner with three clients, and two administrators."""

    def __init__(self, deps: Deps, owner: Owner, admins: list[Owner], message: Message) -> None:
        self.deps, self.owner, self.admins, self.message = deps, owner, admins, message

    async def launch(self) -> None:
        await self.owner.go(MailingAction(verb="begin", id=self.message.id))
        await self.owner.tap("Проверить", "Всё готово?")
        await self.owner.tap("Запустить", "Ждёт одобрения")

    async def mailing(self) -> Mailing:
        async with self.deps.sessions() as tx:
            return (await tx.scalars(select(Mailing))).one()

    async def deeds(self) -> list[tuple[str, str, str]]:
        async with self.deps.sessions() as tx:
            answers = Entry.action.in_(("approve", "decline"))
            rows = await tx.scalars(select(Entry).where(answers).order_by(Entry.id))
            return [(row.via, row.actor, row.action) for row in rows]


@pytest.fixture
async def office(bot: Deps, meet: Meet) -> Office:
    owner = await register(bot, meet())
    first = await register(bot, meet(2), is_admin=True, name="Ольга")
    second = await register(bot, meet(3, "en"), is_admin=True, name="Oleg", locale="en")
    async with bot.sessions.begin() as tx:
        message = await factories.message(tx, owner.user)
        for _ in range(3):
            await factories.client(tx, owner.user)
    return Office(bot, owner, [first, second], message)


async def test_the_first_administrator_says_yes_and_the_second_learns_it(office: Office) -> None:
    await office.launch()
    card = office.owner.person.last
    assert "Для такого числа получателей нужно согласие администратора" in card.text
    assert card.buttons[:2] == ["Изменить", "Отменить"]
    russian, english = office.admins
    asked = await russian.person.wait_for("Одобрить рассылку?", anytime=True)
    assert "«Скидки до воскресенья» → 3 клиента" in asked.text
    assert "От кого: Анна, " in asked.text
    assert re.search(r"Начало: .+, Москва", asked.text)
    assert asked.buttons == ["Одобрить", "Отклонить", "Посмотреть письмо"]
    other = await english.person.wait_for("May this go out?", anytime=True)
    assert other.buttons == ["Approve", "Decline", "See the letter"]
    await russian.tap("Посмотреть письмо", "Так увидит Иван")
    await russian.person.tap("Одобрить", on=asked)
    await russian.person.wait_for("«Скидки до воскресенья» отправится")
    await office.owner.person.wait_for("рассылка одобрена", anytime=True)
    answer = await english.person.tap("Decline", on=other)
    assert answer
    assert answer.text == "This is decided already: Ольга answered first."
    assert (await office.mailing()).status == "active"
    assert await office.deeds() == [("bot", "Ольга", "approve")]


async def test_a_no_ends_the_mailing_and_its_owner_is_told_by_whom(office: Office) -> None:
    await office.launch()
    asked = await office.admins[1].person.wait_for("May this go out?", anytime=True)
    await office.admins[1].person.tap("Decline", on=asked)
    await office.admins[1].person.wait_for("Declined")
    told = await office.owner.person.wait_for("рассылка отклонена", anytime=True)
    assert "Решение принял администратор: Oleg" in told.text
    card = await office.owner.tap("Открыть рассылку", "· Отклонена")
    assert "Отправить снова" in card.buttons
    cards = [seen for seen in office.owner.person.messages() if "3 клиента · " in seen.text]
    assert len(cards) == 1  # the card that waited above is gone
    assert (await office.mailing()).status == "finished"


async def test_an_owner_cannot_approve_and_may_cancel(office: Office) -> None:
    await office.launch()
    mailing = await office.mailing()
    person = office.owner.person
    answer = await person.press(person.last.id, MailingAction(verb="approve", id=mailing.id).pack())
    assert answer
    assert answer.text == "Решать об этом может только администратор."
    await office.owner.go(MailingAction(verb="open", id=mailing.id))
    await office.owner.tap("Отменить", "ничего не отправлено")


async def test_who_becomes_an_administrator_later_finds_what_waits(
    office: Office, meet: Meet
) -> None:
    await office.launch()
    late = await register(office.deps, meet(5), is_admin=True, name="Пётр")
    await late.go(AdminAction(verb="home"))
    await late.tap("Рассылки ждут согласия: 1", "Рассылки ждут согласия · 1")
    subject = office.message.version.subject if office.message.version else ""
    question = await late.tap(f"{subject} → 3", "Одобрить рассылку?")
    assert question.buttons == ["Одобрить", "Отклонить", "Посмотреть письмо", "‹ Ждут согласия"]
    await late.tap("Одобрить", "Одобрено")
    await late.tap("‹ Ждут согласия", "Сейчас ни одна не ждёт")
    owner = office.owner
    answer = await owner.person.press(owner.person.last.id, MailingAction(verb="approvals").pack())
    assert "может только администратор" in str(answer)
