"""Who may register, and how administrators let people in from the chat."""

import pytest
from sqlalchemy import select

from bot.admin.callbacks import AdminAction
from core.bootstrap import Deps
from core.db import clock
from core.sessions.administrators import ensure_first
from core.users import admission
from core.users.models import TelegramAccount, User
from demo.stand.person import Person
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.bot.test_registration import proof_of, registered, user_of

APPROVAL = pytest.mark.settings(registration="approval")
INVITATION = pytest.mark.settings(registration="invitation")


async def administrator(deps: Deps, person: Person, **fields: object) -> Owner:
    return await register(deps, person, is_admin=True, name="Админ", **fields)


async def confirmed(deps: Deps, anna: Person) -> None:
    """Registered, and the address proven."""
    await registered(anna)
    await anna.type((await proof_of(deps)).code)


@APPROVAL
async def test_a_newcomer_waits_and_an_administrator_lets_them_in(meet: Meet, deps: Deps) -> None:
    admin = await administrator(deps, meet(9))
    second = await register(deps, meet(8, "en"), is_admin=True, locale="en")
    anna = meet()
    await confirmed(deps, anna)
    await anna.wait_for("вас допустит администратор")
    asked = await admin.person.wait_for("Новый пользователь хочет отправлять рассылки")
    assert "Анна Петрова · anna@example.org" in asked.text
    assert "🇷🇺 Россия" in asked.text
    other = await second.person.wait_for("Somebody wants to send mailings")
    await admin.person.tap("Допустить")
    await admin.person.wait_for("✓ Допущен")
    await anna.wait_for("Администратор вас допустил")
    turned = await second.person.wait_for("✓ Let in")
    assert turned.id == other.id
    user = await user_of(deps, 1)
    assert user
    assert user.admission == "approved"


@APPROVAL
async def test_the_first_answer_counts_and_a_refused_one_hears_it(meet: Meet, deps: Deps) -> None:
    admin = await administrator(deps, meet(9))
    second = await administrator(deps, meet(8))
    anna = meet()
    await confirmed(deps, anna)
    asked = await admin.person.wait_for("Новый пользователь")
    late = await second.person.wait_for("Новый пользователь")
    await admin.person.tap("Отказать", asked)
    await anna.wait_for("Администратор вас не допустил")
    await second.person.wait_for("✗ Не допущен")
    answer = await second.person.press(late.id, f"aa:approved:{(await waiting(deps)).id}")
    assert answer
    assert "уже ответил" in answer.text
    assert (await waiting(deps)).admission == "refused"
    await anna.type("/new")
    await anna.type("/start")
    await anna.wait_for("отправлять ничего нельзя")


@APPROVAL
async def test_an_answer_given_elsewhere_is_heard_in_the_chat(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await confirmed(deps, anna)
    await anna.wait_for("вас допустит администратор")
    async with deps.sessions.begin() as tx:
        assert await admission.decide(tx, (await waiting(deps)).id, "approved")
    await anna.wait_for("Администратор вас допустил")
    async with deps.sessions.begin() as tx:
        await admission.revise(tx, (await waiting(deps)).id, "refused")
    await anna.wait_for("Администратор вас не допустил")


async def waiting(deps: Deps) -> User:
    async with deps.sessions() as tx:
        return (await tx.scalars(select(User).where(User.email == "anna@example.org"))).one()


@APPROVAL
async def test_nobody_but_an_administrator_answers(meet: Meet, deps: Deps) -> None:
    stranger = await register(deps, meet(7))
    anna = meet()
    await confirmed(deps, anna)
    answer = await stranger.person.press(
        stranger.person.last.id, f"aa:approved:{(await waiting(deps)).id}"
    )
    assert answer
    assert "нет на это прав" in answer.text
    assert (await waiting(deps)).admission == "waiting"


@INVITATION
async def test_without_an_invitation_the_door_is_closed_in_words(meet: Meet, deps: Deps) -> None:
    anna = meet()
    seen = await anna.start()
    seen = await anna.wait_for("Регистрация здесь по приглашению")
    assert not seen.find("Зарегистрироваться")
    assert seen.find("Войти")
    answer = await anna.press(seen.id, "ac:register:")
    assert answer
    assert "Регистрация здесь по приглашению" in answer.text
    await anna.start("invite_madeup")
    await anna.wait_for("Такого приглашения мы не знаем")
    assert await user_of(deps, 1) is None


@INVITATION
async def test_an_administrators_link_lets_one_person_register(meet: Meet, deps: Deps) -> None:
    admin = await administrator(deps, meet(9))
    await admin.go(AdminAction(verb="invite"))
    seen = await admin.person.wait_for("Приглашение")
    payload = seen.text.split("/start ")[-1].split()[0]
    anna, boris = meet(), meet(2)
    await anna.start(payload)
    await anna.wait_for("Вы приглашены")
    await boris.start(payload)
    await boris.wait_for("Вы приглашены")
    await anna.tap("Зарегистрироваться")
    await anna.wait_for("1 из 5")
    for answer, then in (
        ("Анна", "2 из 5"),
        ("anna@example.org", "3 из 5"),
        ("8 999 123-45-67", "4 из 5"),
    ):
        await anna.type(answer)
        await anna.wait_for(then)
    await anna.tap("Да, Россия")
    await anna.wait_for("5 из 5")
    await anna.tap("Да,")
    await anna.wait_for("Письмо ушло")
    await boris.start(payload)
    await boris.wait_for("уже воспользовались")
    user = await user_of(deps, 1)
    assert user
    assert (user.admission, user.daily_quota) == ("approved", 500)


async def test_the_named_administrator_comes_in_by_a_code(meet: Meet, deps: Deps) -> None:
    async with deps.sessions.begin() as tx:
        await ensure_first(tx, "boss@example.org", await clock(tx))
    boss = meet()
    await boss.start()
    await boss.wait_for("Центр рассылок")
    await boss.tap("Войти")
    await boss.wait_for("Вход")
    await boss.type("boss@example.org")
    await boss.wait_for("Письмо ушло")
    await boss.type((await proof_of(deps)).code)
    seen = await boss.wait_for("Вы вошли")
    assert seen.find("Управление")
    async with deps.sessions() as tx:
        account = await tx.get_one(TelegramAccount, 1)
        assert account.signed_in_at
