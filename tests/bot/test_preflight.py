"""The last look before a mailing begins, through the chat."""

import re
from time import monotonic
from typing import Any

import dns.asyncresolver
import dns.exception
import pytest
from sqlalchemy import select

from bot.mailings.callbacks import MailingAction
from core.accounts.models import SmtpAccount
from core.bootstrap import Deps
from core.clients import own
from core.db import Transaction, clock
from core.delivery import service
from core.delivery.models import Run
from core.jobs.models import Job
from core.mail import domain_checks
from core.mail.domain_checks import DomainCheck
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.core.delivery import makers

DOMAIN = "mail.example"  # of MAIL_FROM in tests
HTML = '<p>{имя|друг}, {фамилия}!</p><p><a href="http://old.example">link</a></p>'


@pytest.fixture
async def owner(bot: Deps, meet: Meet) -> Owner:
    return await register(bot, meet())


@pytest.fixture(autouse=True)
def known() -> None:
    """What DNS said a moment ago: tests ask no real one."""
    found = DomainCheck(DOMAIN, spf=True, dkim=True, dmarc=False)
    domain_checks._known[DOMAIN] = (monotonic(), found)


async def checked(bot: Deps, owner: Owner, subject: str = "СКИДКИ ДО ВОСКРЕСЕНЬЯ") -> None:
    async with bot.sessions.begin() as tx:
        message = await factories.message(tx, owner.user, subject, HTML)
        await factories.client(tx, owner.user, first_name="Иван", last_name="Петров")
        await factories.client(tx, owner.user, first_name="")
    await owner.go(MailingAction(verb="begin", id=message.id))


async def test_gaps_words_and_domain_are_told(bot: Deps, owner: Owner) -> None:
    await checked(bot, owner)
    shown = await owner.tap("Проверить", "Всё готово?")
    assert "✓ Имя: известно у 1 из 2, остальным — «друг»" in shown.text
    assert "! Фамилия: известно у 1 из 2, у остальных там будет пусто" in shown.text
    assert "Тема набрана прописными" in shown.text
    assert "! 1 ссылка без https" in shown.text
    assert "✓ SPF, DKIM у mail.example" in shown.text
    assert "! У mail.example нет DMARC" in shown.text
    assert shown.buttons == [
        "Запустить", "Письмо мне", "Пример", "Изменить сообщение", "‹ Назад",
    ]  # fmt: skip


@pytest.mark.settings(mail_from="post@shop.ru")
async def test_dns_that_does_not_answer_blocks_nobody(
    bot: Deps, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain_checks._known.clear()

    async def silent(*_args: object, **_options: object) -> None:
        raise dns.exception.Timeout

    monkeypatch.setattr(dns.asyncresolver, "resolve", silent)
    await checked(bot, owner, "Скидки")
    shown = await owner.tap("Проверить", "сейчас не удалось проверить")
    assert "Запустить" in shown.buttons
    await owner.tap("Запустить", "Начнём через")


async def test_a_name_for_trials_is_not_looked_up(bot: Deps, owner: Owner) -> None:
    domain_checks._known.clear()
    await checked(bot, owner, "Скидки")
    await owner.tap("Проверить", "mail.example — имя для пробы")


async def test_a_letter_to_me_and_a_sample(bot: Deps, owner: Owner) -> None:
    await checked(bot, owner)
    await owner.tap("Проверить", "Всё готово?")
    answer = await owner.person.tap("Письмо мне")
    assert f"Письмо отправляется на {owner.user.email}" in str(answer)
    async with bot.sessions() as tx:
        [job] = await tx.scalars(select(Job))
    assert job.args["user_id"] == owner.user.id
    await owner.person.tap("Пример")
    sent = await owner.person.wait_for(lambda seen: seen.document is not None)
    page = owner.person.download(sent).decode()
    assert "друг, !" in page


async def test_the_sample_is_of_somebody_who_gets_the_letter(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        oleg = await factories.client(tx, owner.user, first_name="Олег")
    await checked(bot, owner)
    await owner.go(MailingAction(verb="pick", id=oleg.id))
    await owner.tap("Готово · выбрано 1", "выбраны вручную · 1")
    await owner.tap("Проверить", "→ 1 клиент")
    await owner.person.tap("Пример")
    sent = await owner.person.wait_for(lambda seen: seen.document is not None)
    assert "Так увидит Олег" in sent.text
    assert "Олег, !" in owner.person.download(sent).decode()
    await owner.person.tap("Письмо мне")
    async with bot.sessions() as tx:
        [job] = await tx.scalars(select(Job))
    assert job.args["client_id"] == oleg.id


async def test_it_is_told_in_english_too(bot: Deps, meet: Meet) -> None:
    anna = await register(bot, meet(2, "en"), locale="en")
    await checked(bot, anna)
    shown = await anna.tap("Check", "All set?")
    assert "✓ First name: known for 1 of 2, the others get “друг”" in shown.text


async def test_a_quota_smaller_than_the_mailing_is_told_with_the_days_it_takes(
    bot: Deps, meet: Meet
) -> None:
    anna = await register(bot, meet(3), daily_quota=1)
    await checked(bot, anna)
    shown = await anna.tap("Проверить", "Всё готово?")
    assert "Рассылка займёт 2 дня" in shown.text


async def test_gaps_of_every_placeholder_are_counted_the_owners_own_too(
    bot: Deps, owner: Owner
) -> None:
    async with bot.sessions.begin() as tx:
        field = await own.add(tx, owner.user, "Размер", "text", await clock(tx))
        html = f"<p>{{город}}, {{компания|вы}}, {{{field.key}}}, {{почта}}</p>"
        message = await factories.message(tx, owner.user, "Скидки", html)
        await factories.client(tx, owner.user, city="Тверь", own={field.key: "42"})
        await factories.client(tx, owner.user, company="Ромашка")
    await owner.go(MailingAction(verb="begin", id=message.id))
    shown = await owner.tap("Проверить", "Всё готово?")
    assert "! Город: известно у 1 из 2, у остальных там будет пусто" in shown.text
    assert "✓ Компания: известно у 1 из 2, остальным — «вы»" in shown.text
    assert "! Размер: известно у 1 из 2, у остальных там будет пусто" in shown.text
    assert "Почта" not in shown.text


async def own_account(tx: Transaction, owner: Owner, **limits: Any) -> SmtpAccount:
    now = await clock(tx)
    account = SmtpAccount(
        owner_id=owner.user.id,
        name="mine",
        host="smtp.example.org",
        port=465,
        security="tls",
        from_address="me@mail.example",
        from_confirmed_at=now,
        created_at=now,
        **limits,
    )
    tx.add(account)
    return account


async def test_a_domains_limit_and_mailings_under_way_are_reckoned_with(
    bot: Deps, owner: Owner
) -> None:
    async with bot.sessions.begin() as tx:
        account = await own_account(tx, owner, domain_limits={"example.com": {"per_hour": 1}})
        for _ in range(3):
            await factories.client(tx, owner.user)
    await checked(bot, owner, "Скидки")
    shown = await owner.tap("Проверить", "Всё готово?")
    assert "! Почтовый ящик отправляет письма на example.com медленнее" in shown.text
    assert "Закончится не раньше чем" in shown.text
    assert "другие рассылки" not in shown.text
    async with bot.sessions.begin() as tx:
        now = await clock(tx)
        running = await makers.mailing(tx, now, owner=owner.user)
        await service.start_due(tx, now)
        run = (await tx.scalars(select(Run).where(Run.mailing_id == running.id))).one()
        await service.fill_slice(tx, run.id, now)
        kept = await tx.get_one(SmtpAccount, account.id)
        kept.domain_limits, kept.per_hour = {}, 1
    await owner.tap("‹ Назад", "1. Кому")
    busy = await owner.tap("Проверить", "! Через тот же ящик идут и другие рассылки")
    hours = re.search(r"1 письмо в час: рассылка займёт около (\d+) ч", busy.text)
    assert hours
    assert 12 < int(hours[1]) < 17  # its 8 letters among the other's 8


async def test_limits_of_the_account_and_the_deadline_are_held_against_each_other(
    bot: Deps, owner: Owner
) -> None:
    async with bot.sessions.begin() as tx:
        account = await own_account(tx, owner, per_hour=1)
        for _ in range(3):
            await factories.client(tx, owner.user)
    await checked(bot, owner, "Скидки")
    shown = await owner.tap("Проверить", "Всё готово?")
    assert "! Почтовый ящик отправляет 1 письмо в час: рассылка займёт около" in shown.text
    await owner.tap("‹ Назад", "1. Кому")
    await owner.go(MailingAction(verb="within", id=60))
    await owner.go(MailingAction(verb="begin"))
    late = await owner.tap("Проверить", "Всё готово?")
    # In the last hour of a day (UTC) what the next one lets through counts, too.
    assert re.search("успеют получить лишь около [12] из 5, остальные будут пропущены", late.text)
    async with bot.sessions.begin() as tx:
        kept = await tx.get_one(SmtpAccount, account.id)
        kept.per_hour, kept.per_day = None, 2
    assert "Закончится примерно" not in late.text  # the deadline ends it
    await owner.go(MailingAction(verb="within"))
    await owner.go(MailingAction(verb="begin"))
    daily = await owner.tap("Проверить", "Всё готово?")
    assert "! Почтовый ящик отправляет не больше 2 в день: рассылка займёт 3 дня" in daily.text
    assert "Закончится примерно" in daily.text
