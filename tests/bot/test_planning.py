"""When letters may go and to whom not, through the chat: calendar, quiet hours, deadline,
countries, some left out."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.account.callbacks import AccountAction
from bot.mailings.callbacks import MailingAction
from core.bootstrap import Deps
from core.db import clock
from core.mailings.models import Mailing
from core.messages.models import Message
from core.scheduling.models import Schedule
from core.users.models import User
from demo.stand.person import Person
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register

MOSCOW = ZoneInfo("Europe/Moscow")


class Shop:
    """An owner with a message and clients in three countries."""

    def __init__(self, deps: Deps, owner: Owner, message: Message, now: datetime) -> None:
        self.deps, self.owner, self.message, self.now = deps, owner, message, now

    async def begin(self) -> None:
        await self.owner.go(MailingAction(verb="begin", id=self.message.id))

    async def mailing(self) -> Mailing:
        async with self.deps.sessions() as tx:
            return (await tx.scalars(select(Mailing))).one()

    async def schedule(self) -> Schedule:
        async with self.deps.sessions() as tx:
            return (await tx.scalars(select(Schedule))).one()


async def open_shop(deps: Deps, person: Person, **fields: str) -> Shop:
    owner = await register(deps, person, **fields)
    async with deps.sessions.begin() as tx:
        message = await factories.message(tx, owner.user)
        for name, country in (("Анна", "RU"), ("Emma", "GB"), ("Kenji", "JP")):
            await factories.client(tx, owner.user, first_name=name, country=country)
        return Shop(deps, owner, message, (await clock(tx)).astimezone(MOSCOW))


@pytest.fixture
async def shop(bot: Deps, meet: Meet) -> Shop:
    return await open_shop(bot, meet())


@pytest.fixture
async def english(bot: Deps, meet: Meet) -> Shop:
    return await open_shop(bot, meet(2, "en"), locale="en")


async def test_a_day_and_an_hour_are_tapped_and_days_that_are_over_cannot_be(shop: Shop) -> None:
    owner = shop.owner
    await shop.begin()
    await owner.tap("Когда", "Когда?")
    month = await owner.tap("Календарь", "В какой день?")
    today = shop.now.day
    marked = [button.text for button in month.each_button() if button.style == "primary"]
    assert marked == [str(today)]
    assert month.buttons.count("·") == today - 1
    following = await owner.tap("›", "В какой день?")
    assert "·" not in following.buttons
    await owner.tap("10", "в какое время?")
    shown = await owner.tap("14:00", "2. Когда: 10 ")
    assert "в 14:00" in shown.text
    await owner.tap("Когда", "Когда?")
    await owner.tap("Календарь", "В какой день?")
    await owner.tap("›", "В какой день?")
    await owner.tap("12", "в какое время?")
    await owner.type("25:00", "Такой даты или такого времени нет")
    await owner.type("10:30", "2. Когда: 12 ")


async def test_quiet_hours_are_chosen_kept_for_later_and_told_on_card_and_check(
    shop: Shop,
) -> None:
    owner = shop.owner
    await shop.begin()
    await owner.tap("Когда", "Когда?")
    await owner.tap("Тихие часы: нет", "Выбрано: без тихих часов")
    await owner.type("ночью", "Не удалось понять «ночью» как часы")
    noon = shop.now.hour * 60
    hours = f"{shop.now.hour}-{(shop.now.hour + 2) % 24}"  # now, where the owner lives
    await owner.type(hours, f"Выбрано: {shop.now.hour}:00")
    await owner.tap("Так же для новых рассылок", "Тихие часы")
    await owner.tap("Назад", "Когда?")
    await owner.tap("Назад", "Тихие часы")
    check = await owner.tap("Проверить", "Всё готово?")
    assert "У 1 клиента тихие часы: письмо уйдёт позже" in check.text
    card = await owner.tap("Запустить", "Начнём через")
    assert f"Тихие часы {shop.now.hour}:00" in card.text
    mailing = await shop.mailing()
    assert (mailing.quiet_from, mailing.quiet_to) == (noon, (noon + 120) % 1440)
    await shop.begin()
    await owner.person.wait_for(f"Тихие часы {shop.now.hour}:00")
    async with shop.deps.sessions() as tx:
        kept = (await tx.scalars(select(User.quiet_from))).one()
    assert kept == noon


async def test_a_deadline_is_tapped_or_typed(english: Shop) -> None:
    owner = english.owner
    await english.begin()
    await owner.tap("When", "When?")
    await owner.tap("Send before: no limit", "Chosen: no limit")
    await owner.type("soon", "I could not read “soon” as a deadline")
    shown = await owner.type("5 hours", "When?")
    assert "Send within 5 h" in shown.buttons
    await owner.tap("Send within 5 h", "Chosen: 5 h")
    await owner.tap("3 h", "When?")
    await owner.tap("Back", "Not later than 3 h after a start")
    await owner.tap("Check", "All set?")
    await owner.tap("Launch", "Starting in")
    assert (await english.mailing()).within_minutes == 180


async def test_countries_and_those_left_out_narrow_the_recipients(shop: Shop) -> None:
    owner = shop.owner
    await shop.begin()
    await owner.tap("Кому", "Кому?")
    await owner.tap("По правилу", "По правилу")
    await owner.tap("Страны: все", "По стране")
    await owner.tap("Япония", "страна: Япония")
    shown = await owner.tap("Великобритания", "Получат: 2 клиента")
    assert "страна: Япония, Великобритания" in shown.text
    await owner.tap("Готово", "1. Кому")
    await owner.tap("Кому", "Кому?")
    await owner.tap("Исключить некоторых", "Исключить")
    await owner.type("kenji", "«kenji»: найден 1")
    await owner.tap("Kenji", "Исключить · 1")
    shown = await owner.tap("Готово", "1. Кому")
    assert "страна: Япония, Великобритания, кроме 1 выбранного · 1" in shown.text
    await owner.tap("Проверить", "1 клиент")
    await owner.tap("Запустить", "Начнём через")
    rule = (await shop.mailing()).segment
    assert rule
    assert (rule["countries"], len(rule["excluded"])) == (["JP", "GB"], 1)


async def test_leaving_out_nobody_again_means_everybody(english: Shop) -> None:
    owner = english.owner
    await english.begin()
    await owner.tap("To whom", "To whom?")
    await owner.tap("Leave some out", "Leave out · 0")
    await owner.tap("Emma", "Leave out · 1")
    await owner.tap("Emma", "Leave out · 0")
    await owner.tap("Done", "all active · 3")


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_repetition_is_typed_with_its_time_at_either_question(
    bot: Deps, meet: Meet, language: str
) -> None:
    ru = language == "ru"
    shop = await open_shop(bot, meet(3, language), locale=language)
    owner = shop.owner
    await shop.begin()
    await owner.tap("Когда" if ru else "When", "Когда?" if ru else "When?")
    shown = await owner.type(
        "каждый день в 9" if ru else "every day at 9",
        "3. Повтор: каждый день в 09:00" if ru else "3. Repeat: every day at 09:00",
    )
    early = shop.now.hour < 9
    day = ("сегодня", "today") if early else ("завтра", "tomorrow")
    assert (f"2. Когда: {day[0]} в 09:00" if ru else f"2. When: {day[1]} at 09:00") in shown.text
    await owner.tap("Повтор" if ru else "Repeat", "Повторять?" if ru else "Repeat?")
    shown = await owner.type(
        "по понедельникам в 10:30" if ru else "mondays at 10:30",
        "по понедельникам в 10:30" if ru else "on Mondays at 10:30",
    )
    dates = [line for line in shown.text.splitlines() if line.startswith("•")]
    assert [line[-5:] for line in dates] == ["10:30"] * 5
    await owner.type("1 и 15 числа" if ru else "1st and 15th", "0 9 1,15 * *")


async def test_the_last_day_is_tapped(shop: Shop) -> None:
    owner = shop.owner
    await shop.begin()
    await owner.tap("Повтор", "Повторять?")
    await owner.tap("Каждый день", "Ближайшие даты")
    await owner.tap("Задать окончание", "До каких пор?")
    await owner.tap("Календарь", "До какого дня?")
    await owner.tap("›", "До какого дня?")
    await owner.tap("20", "Ближайшие даты")
    await owner.tap("Готово", "1. Кому")
    await owner.tap("Проверить", "Всё готово?")
    await owner.tap("Запустить", "Начнём через")
    ends = datetime.fromisoformat((await shop.schedule()).recurrence["ends_at"])
    assert ends.astimezone(MOSCOW).strftime("%d %H:%M") == "20 23:59"
    assert ends - shop.now < timedelta(days=62)


async def test_an_unknown_command_in_a_question_is_explained_and_the_question_stays(
    shop: Shop,
) -> None:
    owner = shop.owner
    await shop.begin()
    await owner.tap("Когда", "Когда?")
    shown = await owner.type("/qwerty", "Команды /qwerty нет")
    assert "Когда?" in shown.text
    await owner.type("завтра в 9", "2. Когда: завтра в 09:00")


async def test_the_profile_says_what_new_mailings_begin_with(english: Shop) -> None:
    owner = english.owner
    await owner.go(AccountAction(verb="profile"))
    await owner.tap("Quiet hours", "Chosen: without quiet hours")
    await owner.tap("21–9", "Chosen: 21:00–9:00")
    await owner.type("23-7:30", "Chosen: 23:00–7:30")
    await english.begin()
    await owner.person.wait_for("Quiet 23:00–7:30 by each client's clock")
    await owner.go(AccountAction(verb="quiet", name="off"))
    await owner.person.wait_for("Chosen: without quiet hours")
