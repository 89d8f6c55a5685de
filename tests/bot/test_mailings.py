"""Mailings, through the chat: the launch, the card, and a card that keeps itself up to date."""

import asyncio
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.mailings.callbacks import MailingAction
from bot.mailings.live import ROUND
from bot.messages.callbacks import MessageAction
from core.bootstrap import Deps
from core.clients.models import Client
from core.db import clock
from core.delivery.models import Delivery, Run
from core.delivery.start import start_due
from core.mailings import service
from core.mailings.audience import MOST_CHOSEN
from core.mailings.models import LiveCard, Mailing
from core.messages.models import Message
from core.notices import notify
from core.scheduling.models import Schedule
from core.scheduling.recurrence import Recurrence
from core.scheduling.service import take_due
from core.users.models import TelegramAccount
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register

LIST = MailingAction(verb="list")
DAY = timedelta(days=1)


class Business:
    """An owner with a message and three clients."""

    def __init__(self, deps: Deps, owner: Owner, message: Message) -> None:
        self.deps, self.owner, self.message = deps, owner, message

    async def mailings(self) -> list[Mailing]:
        async with self.deps.sessions() as tx:
            return list(await tx.scalars(select(Mailing)))

    async def schedule(self) -> Schedule:
        async with self.deps.sessions() as tx:
            return (await tx.scalars(select(Schedule))).one()

    async def accepted(self, rule: str = "once", **options: Any) -> Mailing:
        """A mailing of all clients that starts in a day unless told otherwise."""
        async with self.deps.sessions.begin() as tx:
            now = await clock(tx)
            start = now + options.pop("start_in", DAY)
            call = (self.message.id, "all", None, Recurrence(rule), start, now)  # type: ignore[arg-type]
            return await service.accept(tx, self.owner.user, *call, **options)

    async def run(self, mailing: Mailing, status: str = "sending", **counts: int) -> None:
        """The mailing's first run with so many deliveries of each status."""
        async with self.deps.sessions.begin() as tx:
            now = await clock(tx)
            common = {"version_id": self.message.version_id, "due_at": now}
            run = Run(mailing_id=mailing.id, no=1, status=status, created_at=now, **common)
            tx.add(run)
            await tx.flush()
            people = [state for state, n in counts.items() for _ in range(n)]
            people.sort(key=lambda state: state == "queued")
            run.claimed_to = len(people) - counts.get("queued", 0)
            for number, state in enumerate(people, 1):
                sending = state == "sending"
                row = Delivery(run_id=run.id, client_id=number, email="a@example.org", **common)
                row.values, row.status = {}, state
                row.claim = "c" if sending else None
                row.settled_at = now if state in ("sent", "failed") else None
                tx.add(row)

    async def date_comes(self) -> None:
        """The next date is now, and the workers see it."""
        async with self.deps.sessions.begin() as tx:
            now = await clock(tx)
            await tx.execute(update(Schedule).values(next_at=now))
            assert await start_due(tx, now) == 1

    async def settle(self, **values: Any) -> None:
        """Change all open deliveries."""
        async with self.deps.sessions.begin() as tx:
            waiting = Delivery.status.in_(("queued", "sending"))
            await tx.execute(update(Delivery).where(waiting).values(claim=None, **values))


@pytest.fixture
async def business(bot: Deps, meet: Meet) -> Business:
    return await open_business(bot, await register(bot, meet()))


async def open_business(deps: Deps, owner: Owner) -> Business:
    async with deps.sessions.begin() as tx:
        message = await factories.message(tx, owner.user, subject="Скидки до 40 %")
        for name in ("Анна", "Борис", "Вера"):
            await factories.client(tx, owner.user, first_name=name)
        await factories.client(tx, owner.user, unsubscribed_at=factories.NOW)
    return Business(deps, owner, message)


# ---------------------------------------------------------------------------- the launch


async def test_nobody_meets_a_dead_end(bot: Deps, meet: Meet) -> None:
    owner = await register(bot, meet())
    empty = await owner.go(LIST)
    assert "Пока ни одной" in empty.text
    await owner.tap("Новая рассылка", "Текст письма")
    await owner.type("Скидки\n\nВсё дешевле.", "Тема")
    await owner.tap("Взять эту тему", "Сообщение сохранено")
    lonely = await owner.tap("Продолжить рассылку", "Писать пока некому")
    assert "Проверить" not in lonely.buttons
    await owner.tap("Добавить клиентов", "Новые клиенты")
    await owner.type("Анна anna@example.org", "Анна")
    await owner.tap("Продолжить рассылку", "1. Кому: все активные · 1")


async def test_three_taps_launch_a_mailing(business: Business) -> None:
    owner = business.owner
    await owner.go(LIST)
    await owner.tap("Новая рассылка", "Какое сообщение")
    launch = await owner.tap("Скидки", "1. Кому")
    assert "1. Кому: все активные · 3 (не получат: 1 отписан)" in launch.text
    assert "2. Когда: сейчас\n3. Повтор: один раз" in launch.text
    check = await owner.tap("Проверить", "Всё готово?")
    assert "«Скидки до 40 %» → 3 клиента" in check.text
    card = await owner.tap("Запустить", "Начнём через")
    assert "Скидки до 40 % · Активна" in card.text
    assert card.buttons == ["Отменить", "Начать сейчас", "‹ Рассылки"]
    [mailing] = await business.mailings()
    assert (mailing.audience, mailing.status) == ("all", "active")
    schedule = await business.schedule()
    assert schedule.next_at == mailing.accepted_at + timedelta(seconds=60)


async def test_the_countdown_runs_and_can_be_stopped(business: Business) -> None:
    mailing = await business.accepted(start_in=timedelta(seconds=60))
    owner = business.owner
    card = await owner.go(MailingAction(verb="open", id=mailing.id))
    assert "Начнём через 0:" in card.text
    await owner.person.wait_for(lambda seen: "Начнём" in seen.text and seen.text != card.text)
    await owner.tap("Отменить", "ничего не отправлено")
    assert await business.mailings() == []


async def test_it_can_start_before_the_countdown_ends(business: Business) -> None:
    mailing = await business.accepted(start_in=timedelta(seconds=60))
    await business.owner.go(MailingAction(verb="open", id=mailing.id))
    await business.owner.person.tap("Начать сейчас")
    schedule = await business.schedule()
    async with business.deps.sessions() as tx:
        assert schedule.next_at is not None
        assert schedule.next_at <= await clock(tx)


async def test_a_launch_tapped_twice_is_one_mailing(business: Business) -> None:
    owner = business.owner
    await owner.go(MailingAction(verb="begin", id=business.message.id))
    check = await owner.tap("Проверить", "Всё готово?")
    await owner.person.tap("Запустить", on=check)
    answer = await owner.person.tap("Запустить", on=check)
    assert answer is not None
    assert "Рассылка уже запущена" in (answer.text or "")
    assert len(await business.mailings()) == 1


async def test_dates_and_rhythms_are_typed_or_tapped(business: Business) -> None:
    owner = business.owner
    await owner.go(MailingAction(verb="begin", id=business.message.id))
    await owner.tap("Когда", "Когда?")
    again = await owner.type("когда-нибудь", "Не удалось понять «когда-нибудь»")
    assert "Часовой пояс: Москва" in again.text
    await owner.type("завтра 9", "2. Когда: завтра в 09:00")
    await owner.tap("Повтор", "Повторять?")
    await owner.type("sometimes", "Не удалось понять «sometimes» как повтор")
    shown = await owner.type("вт пт", "по вторникам и пятницам в 09:00")
    assert shown.text.count("• ") == 5
    await owner.tap("Задать окончание", "До каких пор?")
    shown = await owner.type("3 раза", "всего 3 раза")
    assert shown.text.count("• ") == 3
    await owner.tap("отправить позже", "Ближайшие даты")
    await owner.tap("Дата во время отправки: пропустить", "Ближайшие даты")
    await owner.person.wait_for(lambda seen: any("отправить следом" in b for b in seen.buttons))
    await owner.tap("Готово", "1. Кому")
    await owner.tap("Проверить", "Ближайшие даты")
    card = await owner.tap("Запустить", "Следующая:")
    assert "Скидки до 40 % · Активна" in card.text
    schedule = await business.schedule()
    assert schedule.recurrence == {"kind": "weeks", "every": 1, "weekdays": [1, 4], "count": 3}
    assert (schedule.missed, schedule.overlap) == ("skip", "queue")


async def test_clients_are_chosen_by_hand(business: Business) -> None:
    owner = business.owner
    async with business.deps.sessions.begin() as tx:
        for number in range(12):
            await factories.client(tx, owner.user, first_name=f"Клиент {number}")
    await owner.go(MailingAction(verb="begin", id=business.message.id))
    await owner.tap("Кому", "Кому?")
    page = await owner.tap("Выбрать вручную", "Выберите клиентов")
    assert sum("☐" in button for button in page.buttons) == 8
    await owner.tap("☐ Клиент 11", "Выберите клиентов")
    await owner.person.wait_for(lambda seen: any("☑ Клиент 11" in b for b in seen.buttons))
    await owner.tap("›", "Выберите клиентов")
    await owner.type("вера", "«вера»: найден 1")
    await owner.person.tap("Отметить всех найденных")
    await owner.person.wait_for(lambda seen: any("выбрано 2" in b for b in seen.buttons))
    launch = await owner.tap("Готово · выбрано 2", "1. Кому")
    assert "выбраны вручную · 2" in launch.text
    await owner.tap("Проверить", "→ 2 клиента")
    await owner.tap("Запустить", "2 клиента")
    assert [mailing.audience for mailing in await business.mailings()] == ["chosen"]


async def test_more_than_can_be_chosen_by_hand_are_not_chosen_in_part(business: Business) -> None:
    owner = business.owner
    about = {"owner_id": owner.user.id, "created_at": factories.NOW}
    people = [
        {"email": f"{n}@gmail.com", "first_name": "Яна" if n < 600 else "Лев"} | about
        for n in range(MOST_CHOSEN + 1)
    ]
    async with business.deps.sessions.begin() as tx:
        await tx.execute(insert(Client), people)
    await owner.go(MailingAction(verb="begin", id=business.message.id))
    whom = await owner.tap("Кому", "Кому?")
    assert "✓ Все активные · 10\xa0004" in whom.buttons
    await owner.tap("Выбрать вручную", "Выберите клиентов · 10\xa0004")
    found = await owner.type("gmail", "«gmail»: найдено больше 499; здесь самые новые")
    assert "Отметить всех найденных" in found.buttons
    answer = await owner.person.tap("Отметить всех найденных")
    assert answer is not None
    assert "Выбрано было бы больше 10\xa0000: вручную столько" in (answer.text or "")
    assert "Готово · выбрано 0" in owner.person.last.buttons
    await owner.type("яна", "«яна»: найдено больше 499")
    await owner.person.tap("Отметить всех найденных")
    await owner.person.wait_for(lambda seen: "Готово · выбрано 600" in seen.buttons)
    await owner.go(MailingAction(verb="spare"))
    await owner.type("gmail", "«gmail»: найдено больше 499; здесь самые новые")


async def test_an_address_stands_on_a_button_as_people_write_it(business: Business) -> None:
    owner = business.owner
    async with business.deps.sessions.begin() as tx:
        email = "ivan@xn--e1afmkfd.xn--p1ai"
        await factories.client(tx, owner.user, email=email)
    await owner.go(MailingAction(verb="begin", id=business.message.id))
    chosen = await owner.go(MailingAction(verb="hand"))
    assert "☐ Иван · ivan@пример.рф" in chosen.buttons
    spared = await owner.go(MailingAction(verb="spare"))
    assert "☐ Иван · ivan@пример.рф" in spared.buttons


async def test_a_message_that_is_mended_meanwhile_costs_no_choice(business: Business) -> None:
    owner = business.owner
    await owner.go(MailingAction(verb="begin", id=business.message.id))
    await owner.go(MailingAction(verb="hand"))
    await owner.tap("☐ Анна", "Выберите клиентов")
    await owner.tap("Готово · выбрано 1", "выбраны вручную · 1")
    await owner.tap("Когда", "Когда?")
    await owner.type("завтра 9", "2. Когда: завтра в 09:00")
    await owner.tap("Проверить", "Всё готово?")
    await owner.tap("Изменить сообщение", "Изменить сообщение")
    await owner.tap("Тема", "Тема письма")
    await owner.type("Скидки до 50 %", "Скидки до 50 %")
    plan = await owner.tap("Продолжить рассылку", "«Скидки до 50 %»")
    assert "1. Кому: выбраны вручную · 1\n2. Когда: завтра в 09:00" in plan.text


async def test_a_mailing_being_changed_goes_on_with_another_message(business: Business) -> None:
    mailing, owner = await business.accepted("days"), business.owner
    async with business.deps.sessions.begin() as tx:
        other = await factories.message(tx, owner.user, subject="Новинки")
    await owner.go(MailingAction(verb="change", id=mailing.id))
    await owner.go(MessageAction(verb="open", id=other.id))
    await owner.tap("Продолжить рассылку", "Изменить рассылку\n«Новинки»")
    await owner.tap("Сохранить изменения", "Новинки · Активна")
    assert [each.id for each in await business.mailings()] == [mailing.id]


# ---------------------------------------------------------------------------- the card


async def test_frozen_is_said_once_nothing_is_on_its_way(business: Business) -> None:
    mailing, owner = await business.accepted(), business.owner
    await business.run(mailing, sent=2, queued=3, sending=1)
    card = await owner.go(MailingAction(verb="open", id=mailing.id))
    assert "2 из 6" in card.text
    freezing = await owner.tap("Заморозить", "Замораживаем…")
    assert "1 письмо ещё уходит" in freezing.text
    async with business.deps.sessions.begin() as tx:
        await tx.execute(update(Mailing).values(frozen_at=await clock(tx) - DAY / 24 / 30))
    silent = await owner.go(MailingAction(verb="open", id=mailing.id))
    assert "1 письмо у почтового сервера, он ещё не ответил" in silent.text
    await business.settle(status="sent")
    frozen = await owner.person.wait_for("Заморожена")
    assert "6 из 6" in frozen.text
    await owner.tap("Продолжить", "Активна")


async def test_finishing_asks_with_the_number_that_gets_nothing(business: Business) -> None:
    mailing, owner = await business.accepted(), business.owner
    await business.run(mailing, sent=1, queued=5)
    card = await owner.go(MailingAction(verb="open", id=mailing.id))
    asked = await owner.tap("Завершить", "Завершить насовсем?")
    assert "5 клиентов не получат письмо." in asked.text
    await owner.tap("‹ Назад", "Активна")
    await owner.tap("Завершить", "Завершить насовсем?")
    await owner.tap("Завершить", "Завершена")
    answer = await owner.person.tap("Заморозить", on=card)
    assert answer is not None
    assert "Эта рассылка завершена" in (answer.text or "")
    assert "Завершена" in owner.person.last.text


async def test_a_date_passed_while_frozen_is_asked_about(business: Business) -> None:
    mailing, owner = await business.accepted("days"), business.owner
    async with business.deps.sessions.begin() as tx:
        now = await clock(tx)
        await service.freeze(tx, owner.user, mailing.id, now)
        await tx.execute(
            update(Schedule).values(next_at=now - DAY, start_at=now - DAY - timedelta(hours=1))
        )
    await owner.go(MailingAction(verb="open", id=mailing.id))
    await owner.tap("Продолжить", "Дата пропущена")
    await owner.tap("Ждать следующей даты", "Следующая:")
    assert not (await business.schedule()).paused


async def test_the_owner_is_asked_about_a_missed_date(business: Business) -> None:
    mailing, owner = await business.accepted("days", missed="ask"), business.owner
    async with business.deps.sessions.begin() as tx:
        now = await clock(tx)
        await tx.execute(update(Schedule).values(next_at=now - DAY, start_at=now - DAY))
        assert await take_due(tx, now, 10) == []
    asked = await owner.person.wait_for("Дата пропущена", timeout=15)
    assert asked.buttons == ["Отправить сейчас", "Ждать следующей даты", "‹ Назад"]
    await owner.tap("Отправить сейчас", "Активна")
    async with business.deps.sessions.begin() as tx:
        assert len(await take_due(tx, await clock(tx), 10)) == 1
        found = await tx.get_one(Mailing, mailing.id)
        assert found.held_because is None


async def test_a_date_during_the_run_before_is_told_of_or_waits(business: Business) -> None:
    mailing, owner = await business.accepted("days"), business.owner
    await business.run(mailing, sent=1, queued=2)
    await business.date_comes()
    told = await owner.person.wait_for("не началась", timeout=15)
    assert "Предыдущая отправка ещё шла" in told.text
    await owner.go(MailingAction(verb="change", id=mailing.id))
    await owner.tap("Повтор", "Повторять?")
    await owner.tap("Дата во время отправки: пропустить", "Ближайшие даты")
    await owner.person.wait_for(lambda seen: any("отправить следом" in b for b in seen.buttons))
    await owner.tap("Готово", "Изменить рассылку")
    await owner.tap("Сохранить изменения", "Активна")
    await business.date_comes()
    card = await owner.go(MailingAction(verb="open", id=mailing.id))
    assert "ждёт конца этой отправки" in card.text
    async with business.deps.sessions() as tx:
        reasons = await tx.scalars(select(Run.skipped_because).order_by(Run.no))
        assert list(reasons) == [None, "overlap"]


async def test_a_mailing_that_does_not_repeat_has_no_dates_to_overlap(business: Business) -> None:
    owner = business.owner
    await owner.go(MailingAction(verb="begin", id=business.message.id))
    asked = await owner.tap("Повтор", "Повторять?")
    assert not any("Дата во время" in button for button in asked.buttons)
    asked = await owner.tap("Каждый день", "Ближайшие даты")
    assert "Дата во время отправки: пропустить" in asked.buttons


async def test_a_running_mailing_is_changed(business: Business) -> None:
    mailing, owner = await business.accepted("days"), business.owner
    async with business.deps.sessions.begin() as tx:
        await factories.message(tx, owner.user, subject="Новинки")
    before = await business.schedule()
    await owner.go(MailingAction(verb="open", id=mailing.id))
    plan = await owner.tap("Изменить", "Изменить рассылку")
    assert "Сохранить изменения" not in plan.buttons
    await owner.tap("Сообщение", "Какое сообщение")
    await owner.tap("Новинки", "«Новинки»")
    await owner.tap("Сохранить изменения", "Новинки · Активна")
    assert (await business.schedule()).next_at == before.next_at
    await owner.tap("Изменить", "Изменить рассылку")
    await owner.tap("Когда", "Когда?")
    await owner.type("25.12 10:30", "25 декабря")
    await owner.tap("Сохранить изменения", "25 декабря")
    assert (await business.schedule()).next_at != before.next_at


async def test_those_who_wait_can_get_the_new_message_too(business: Business) -> None:
    mailing, owner = await business.accepted("days"), business.owner
    await business.run(mailing, sent=1, queued=2)
    async with business.deps.sessions.begin() as tx:
        other = await factories.message(tx, owner.user, subject="Новинки")
    await owner.go(MailingAction(verb="change", id=mailing.id))
    await owner.tap("Сообщение", "Какое сообщение")
    plan = await owner.tap("Новинки", "«Новинки»")
    assert "☐ Новое письмо и тем, кто ждёт сейчас: 2" in plan.buttons
    await owner.person.tap("☐ Новое письмо и тем")
    await owner.tap("Сохранить изменения", "Новинки · Активна")
    async with business.deps.sessions() as tx:
        rows = await tx.execute(select(Delivery.status, Delivery.version_id))
        versions = {row.status: row.version_id for row in rows}
    assert versions == {"sent": business.message.version_id, "queued": other.version_id}


async def test_a_plan_that_is_gone_begins_anew(business: Business) -> None:
    again = await business.owner.go(MailingAction(verb="begin"))
    assert "Какое сообщение отправить?" in again.text
    answer = await business.owner.person.press(again.id, MailingAction(verb="accept").pack())
    assert answer is not None
    assert "устарел" in (answer.text or "")


async def test_anothers_mailing_is_not_found(business: Business, meet: Meet) -> None:
    mailing = await business.accepted()
    stranger = await register(business.deps, meet(2))
    for verb in ("open", "freeze", "finish_sure", "cancel", "change"):
        data = MailingAction(verb=verb, id=mailing.id).pack()
        answer = await stranger.person.press(stranger.person.last.id, data)
        assert answer is not None
        assert "Не найдено" in (answer.text or "")
    assert [m.status for m in await business.mailings()] == ["active"]


async def test_the_list_shows_each_with_its_next_date(business: Business) -> None:
    for _ in range(9):
        await business.accepted()
    page = await business.owner.go(LIST)
    assert sum("завтра" in button for button in page.buttons) == 8
    assert any("1 из 2" in button for button in page.buttons)


async def test_an_english_owner_reads_english(bot: Deps, meet: Meet) -> None:
    owner = await register(bot, meet(3, "en"), locale="en", timezone="Europe/London")
    business = await open_business(bot, owner)
    await owner.go(MailingAction(verb="begin", id=business.message.id))
    await owner.tap("Repeat", "Repeat?")
    await owner.type("every weekday", "every weekday at")
    await owner.tap("Done", "1. To whom: all active · 3 (left out: 1 unsubscribed)")
    await owner.tap("Check", "All set?")
    await owner.tap("Launch", "Starting in")


# ---------------------------------------------------------------------------- alive


async def test_a_card_follows_the_run_to_its_end(business: Business) -> None:
    mailing, owner = await business.accepted(), business.owner
    await owner.go(MailingAction(verb="open", id=mailing.id))
    await business.run(mailing, sent=1, queued=2)
    async with business.deps.sessions.begin() as tx:
        await service.freeze(tx, owner.user, mailing.id, await clock(tx))
    frozen = await owner.person.wait_for("Заморожена")
    assert "1 из 3" in frozen.text
    await business.settle(status="sent")
    async with business.deps.sessions.begin() as tx:
        await tx.execute(update(Run).values(status="finished", finished_at=await clock(tx)))
    await owner.person.wait_for("отправлено 3 из 3")


async def test_what_stands_still_is_given_no_speed(business: Business) -> None:
    mailing, owner = await business.accepted(), business.owner
    await business.run(mailing, sent=3, queued=2)
    card = await owner.go(MailingAction(verb="open", id=mailing.id))
    assert "5 клиентов · один раз" in card.text
    assert "Сейчас № 1: ▰▰▰▰▰▰▱▱▱▱ 3 из 5 · " in card.text
    assert "в минуту" in card.text
    async with business.deps.sessions.begin() as tx:
        await tx.execute(update(Mailing).values(held_because="quota"))
    held = await owner.go(MailingAction(verb="open", id=mailing.id))
    assert "Письма на сегодня закончились" in held.text
    assert "№ 1: ▰▰▰▰▰▰▱▱▱▱ 3 из 5\n" in held.text
    assert "в минуту" not in held.text


async def test_hundreds_of_changes_are_few_edits(business: Business) -> None:
    mailing, owner = await business.accepted(), business.owner
    await business.run(mailing, queued=1000)
    await owner.go(MailingAction(verb="open", id=mailing.id))
    before, began = owner.person.chat.revision, monotonic()
    for client_id in range(1, 301):
        async with business.deps.sessions.begin() as tx:
            now = await clock(tx)
            await tx.execute(
                update(Delivery)
                .where(Delivery.client_id == client_id)
                .values(status="sent", settled_at=now)
            )
            await notify(tx, "mailing_changed", mailing.id)
    await owner.person.wait_for("300 из 1000", timeout=30)
    rounds = (monotonic() - began) / (ROUND / business.deps.haste)
    assert owner.person.chat.revision - before <= 1 + rounds


async def test_a_screen_left_is_not_drawn_over(business: Business) -> None:
    mailing, owner = await business.accepted(start_in=timedelta(seconds=90)), business.owner
    await owner.go(MailingAction(verb="open", id=mailing.id))
    await owner.tap("Рассылки", "Рассылки · 1")
    await asyncio.sleep(3.5)
    assert "Рассылки · 1" in owner.person.last.text
    async with business.deps.sessions() as tx:
        assert (await tx.scalars(select(LiveCard))).all() == []


async def test_a_blocked_bot_is_let_go(business: Business) -> None:
    mailing, owner = await business.accepted(start_in=timedelta(seconds=90)), business.owner
    await owner.go(MailingAction(verb="open", id=mailing.id))
    await owner.person.block()
    for _ in range(50):
        await asyncio.sleep(0.2)
        async with business.deps.sessions() as tx:
            account = await tx.get_one(TelegramAccount, owner.person.chat.id)
            if account.blocked_at:
                break
    assert account.blocked_at
