"""An administrator at the chat: users listed, found, changed, suspended; mailings deleted."""

import pytest
from sqlalchemy import func, select

from bot.admin.callbacks import AdminAction
from core.audit.models import Entry
from core.bootstrap import Deps
from core.db import clock
from core.mailings.models import Mailing
from core.users.models import User
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.core.delivery import makers


async def administrator(meet: Meet, deps: Deps, language: str = "ru") -> Owner:
    return await register(deps, meet(9, language), is_admin=True, name="Админ", locale=language)


async def user(deps: Deps, **fields: object) -> User:
    async with deps.sessions.begin() as tx:
        return await factories.user(
            tx, **{"name": "Борис Иванов", "phone": "+79990000077"} | fields
        )


async def test_a_user_is_found_changed_and_all_is_written_down(meet: Meet, deps: Deps) -> None:
    boris = await user(deps, email="boris@example.org")
    admin = await administrator(meet, deps)
    await admin.type("/admin", "Пользователи: 2")
    await admin.tap("Пользователи", "Для поиска напишите")
    await admin.type("никого", "Здесь никого нет")
    await admin.type("ИВАНОВ", "Пользователи по «ИВАНОВ»")
    await admin.tap("Борис Иванов", "boris@example.org (подтверждён)")
    await admin.tap("Изменить", "Что изменить?")
    await admin.tap("Имя", "Имя сейчас: Борис Иванов")
    await admin.type("x" * 300, "а в имени их не больше 100")
    await admin.type("Борис Петров", "✓ Сохранено")
    await admin.tap("Изменить", "Что изменить?")
    await admin.tap("Почта", "на прежний уйдёт письмо")
    await admin.type("new@example.org", "✓ Сохранено")
    await admin.tap("Изменить", "Что изменить?")
    await admin.tap("Страна", "Россия")
    await admin.type("гвин", "Какая из них?")
    await admin.type("казах", "🇰🇿 Казахстан")
    await admin.tap("Изменить", "Что изменить?")
    await admin.tap("Часовой пояс", "Asia/Almaty")
    await admin.type("алма-ата", "Алматы")
    async with deps.sessions() as tx:
        kept = await tx.get_one(User, boris.id)
        assert (kept.name, kept.email, kept.country) == ("Борис Петров", "new@example.org", "KZ")
        assert (await tx.scalars(select(func.count()).select_from(Entry))).one() == 4


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_quota_is_raised_and_a_user_suspended_and_let_go(
    meet: Meet, deps: Deps, language: str
) -> None:
    ru = language == "ru"
    boris = await user(deps, daily_quota=500)
    async with deps.sessions.begin() as tx:
        mailing = await makers.mailing(tx, await clock(tx), owner=boris)
    admin = await administrator(meet, deps, language)
    await admin.go(AdminAction(verb="user", id=boris.id))
    await admin.person.wait_for("сегодня 0 из 500" if ru else "0 of 500 today")
    await admin.tap("Писем в день" if ru else "Letters a day", "500")
    await admin.type("много" if ru else "many", "1000")
    await admin.type("2000", "0 из 2000" if ru else "0 of 2000")
    await admin.tap("Писем в день" if ru else "Letters a day", "2")
    await admin.tap("Сколько угодно" if ru else "Any number", "✓ Сохранено" if ru else "✓ Saved")
    await admin.tap(
        "Приостановить" if ru else "Suspend", "1 активная" if ru else "1 active mailing"
    )
    await admin.tap(
        "Приостановить" if ru else "Suspend", "✓ Приостановлен" if ru else "✓ Suspended"
    )
    async with deps.sessions() as tx:
        assert (await tx.get_one(Mailing, mailing.id)).status == "frozen"
    await admin.tap(
        "Снять приостановку" if ru else "Lift the suspension",
        "Снова может отправлять" if ru else "They may send again",
    )
    async with deps.sessions() as tx:
        kept = await tx.get_one(User, boris.id)
        assert (kept.daily_quota, kept.blocked_at) == (None, None)


async def test_a_mailing_is_deleted_after_a_question(meet: Meet, deps: Deps) -> None:
    boris = await user(deps)
    async with deps.sessions.begin() as tx:
        mailing = await makers.mailing(tx, await clock(tx), owner=boris)
    admin = await administrator(meet, deps)
    await admin.go(AdminAction(verb="user", id=boris.id))
    await admin.tap("Рассылки", "Рассылки · Борис Иванов")
    await admin.tap("Скидки", "Удаление завершит рассылку")
    await admin.tap("Удалить рассылку", "завершена и удалена")
    async with deps.sessions() as tx:
        kept = await tx.get_one(Mailing, mailing.id)
        assert kept.status == "finished"
        assert kept.hidden_at


async def test_ten_thousand_users_are_paged(meet: Meet, deps: Deps) -> None:
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        await tx.execute(
            User.__table__.insert(),  # type: ignore[attr-defined]
            [
                {
                    "name": f"Имя {n}",
                    "email": f"n{n}@example.org",
                    "phone": "",
                    "country": "RU",
                    "timezone": "Europe/Moscow",
                    "created_at": now,
                }
                for n in range(10_000)
            ],
        )
    admin = await administrator(meet, deps)
    await admin.go(AdminAction(verb="users", name="all"))
    seen = await admin.person.wait_for("10\u00a0001")
    assert seen.find("1 из 1251")
    await admin.go(AdminAction(verb="users", page=10**9))
    await admin.person.wait_for(lambda seen: bool(seen.find("1251 из 1251")))
    await admin.type("n9999@", "по «n9999@»")


async def test_an_ordinary_owner_reaches_none_of_it(meet: Meet, deps: Deps) -> None:
    boris = await user(deps)
    owner = await register(deps, meet())
    seen = owner.person.last
    assert not seen.find("Управление")
    verbs = "home users user change quota take_quota suspend suspend_sure lift approve refuse"
    for verb in (*verbs.split(), "mailings", "mailing", "delete_sure", "photo", "invite"):
        data = AdminAction(verb=verb, id=boris.id).pack()
        answer = await owner.person.press(owner.person.last.id, data)
        assert answer, verb
        assert "нет на это прав" in answer.text, verb
    await owner.type("/admin", "нет на это прав")
    async with deps.sessions() as tx:
        assert not (await tx.scalars(select(Entry))).all()
