"""Telegram is away when there is something to tell: it is told later, and as a rule once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from bot.account.callbacks import AccountAction
from core.bootstrap import Deps
from core.clients import loading
from core.db import clock
from core.scheduling.models import Schedule
from core.scheduling.service import take_due
from core.users import admission, news
from core.users.news import News
from demo.stand.serve import Running
from tests.bot.conftest import Meet
from tests.bot.gateway import EVERYTHING, Fault, Faulty, behind_gateway, times
from tests.bot.owners import Owner, register
from tests.bot.test_admission import APPROVAL
from tests.bot.test_client_files import FILE
from tests.bot.test_mailings import DAY, open_business
from tests.bot.test_manners import until
from tests.bot.test_reports import OK, finished, is_report

WEEK = {"runs": 1, "sent": 9, "failed": 0, "uncertain": 0, "unsubscribed": 0, "added": 0}


@pytest.fixture
async def stand(stand: Running) -> AsyncIterator[Faulty]:
    async with behind_gateway(stand) as faulty:
        yield faulty


async def tried(stand: Faulty, method: str) -> None:
    """Until something was not taken, and it has been asked since whether Telegram is back."""
    stand.failed.clear()
    await until(lambda: method in stand.failed and stand.failed[-1] == "getMe")


async def tell(deps: Deps, owner: Owner) -> None:
    async with deps.sessions.begin() as tx:
        data = WEEK | {"bounced": 0}
        await news.tell(tx, [owner.user.id], "digest", "digest:1", await clock(tx), **data)


async def told(deps: Deps) -> set[int]:
    async with deps.sessions() as tx:
        return set(await tx.scalars(select(News.user_id).where(News.told_at.is_not(None))))


async def noted(deps: Deps, owner: Owner) -> None:
    async with asyncio.timeout(5):
        while owner.user.id not in await told(deps):  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.02)


async def test_news_wait_until_telegram_is_back(bot: Deps, meet: Meet, stand: Faulty) -> None:
    owner = await register(bot, meet())
    stand.fail("refused", *EVERYTHING)
    await tell(bot, owner)
    await until(lambda: stand.failed.count("getMe") > 2)
    assert await told(bot) == set()
    stand.mend()
    await owner.person.wait_for("Ваша неделя", anytime=True)
    assert times(owner.person, "Ваша неделя") == 1


async def test_one_chat_s_trouble_holds_up_no_other_and_is_given_up(
    bot: Deps, meet: Meet, stand: Faulty
) -> None:
    anna, boris = await register(bot, meet()), await register(bot, meet(2))
    stand.fail("refused", "send", chat=anna.person.chat.id)
    await tell(bot, anna)
    await tell(bot, boris)
    await boris.person.wait_for("Ваша неделя", anytime=True)
    assert await told(bot) <= {boris.user.id}

    await noted(bot, anna)
    assert times(boris.person, "Ваша неделя") == 1


async def test_news_that_may_have_arrived_are_told_twice_at_most(
    bot: Deps, meet: Meet, stand: Faulty
) -> None:
    owner = await register(bot, meet())
    stand.fail("lost", "sendMessage", chat=owner.person.chat.id)
    await tell(bot, owner)

    await noted(bot, owner)
    assert times(owner.person, "Ваша неделя") == 2


async def test_a_report_waits_until_telegram_is_back(bot: Deps, meet: Meet, stand: Faulty) -> None:
    owner = await register(bot, meet())
    stand.fail("refused", *EVERYTHING)
    await finished(bot, owner, [OK])
    await tried(stand, "sendPhoto")
    stand.mend()
    await owner.person.wait_for(is_report, anytime=True)
    assert sum(is_report(seen) for seen in owner.person.messages()) == 1


async def test_a_question_about_a_missed_date_waits_until_telegram_is_back(
    bot: Deps, meet: Meet, stand: Faulty
) -> None:
    business = await open_business(bot, await register(bot, meet()))
    await business.accepted("days", missed="ask")
    stand.fail("refused", *EVERYTHING)
    async with bot.sessions.begin() as tx:
        now = await clock(tx)
        await tx.execute(update(Schedule).values(next_at=now - DAY, start_at=now - DAY))
        assert await take_due(tx, now, 10) == []
    await tried(stand, "sendMessage")
    stand.mend()
    await business.owner.person.wait_for("Дата пропущена", anytime=True)
    assert times(business.owner.person, "Дата пропущена") == 1


@APPROVAL
async def test_an_answer_to_a_newcomer_waits_until_telegram_is_back(
    bot: Deps, meet: Meet, stand: Faulty
) -> None:
    owner = await register(bot, meet(), admission="waiting")
    stand.fail("refused", *EVERYTHING)
    async with bot.sessions.begin() as tx:
        assert await admission.decide(tx, owner.user.id, "approved")
    await tried(stand, "sendMessage")
    stand.mend()
    await owner.person.wait_for("Администратор вас допустил", anytime=True)
    assert times(owner.person, "Администратор вас допустил") == 1


async def test_data_wait_until_telegram_is_back(bot: Deps, meet: Meet, stand: Faulty) -> None:
    owner = await register(bot, meet())
    await owner.go(AccountAction(verb="profile"))
    await owner.tap("Данные и аккаунт", "можно получить файлом")
    stand.fail("refused", "sendDocument", "getMe")
    await owner.tap("Прислать мои данные", "Собираю ваши данные")
    await tried(stand, "sendDocument")
    stand.mend()
    await owner.person.wait_for(lambda seen: seen.document is not None, anytime=True)


@pytest.mark.parametrize("fault", ["refused", "cut", "lost"])
async def test_a_file_that_breaks_off_is_fetched_again(
    bot: Deps, meet: Meet, stand: Faulty, fault: Fault
) -> None:
    owner, left = await register(bot, meet()), [fault, fault]
    stand.trouble = lambda name, _body: left.pop() if left and name.endswith(".csv") else None
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 строк")
    assert len(stand.failed) == 2
    assert times(owner.person, "пошло не так") == 0


async def test_what_came_of_a_file_waits_until_telegram_is_back(
    bot: Deps, meet: Meet, stand: Faulty
) -> None:
    owner = await register(bot, meet())
    await owner.person.upload("c.csv", FILE.encode())
    await owner.person.wait_for("c.csv · 5 строк")
    waiting = await owner.tap("Загрузить 5", "Загружаем 5 строк")
    async with bot.sessions() as tx:
        [upload] = await loading.under_way(tx)
    stand.fail("refused", *EVERYTHING)
    assert await loading.load(bot.sessions, bot.settings, upload.id, asyncio.Event())
    await tried(stand, "sendDocument")
    stand.fail("refused", "sendMessage", times=6)  # the refused rows arrive, the rest does not
    await owner.person.wait_for("Готово: 3 новых", anytime=True)
    await owner.person.wait_gone(waiting.id)
    assert sum(seen.document is not None for seen in owner.person.messages()) == 2
    assert times(owner.person, "Готово: 3 новых") == 1
