"""A stranger becomes an owner; an owner comes back; whatever they type on the way."""

import asyncio

import pytest
from sqlalchemy import select

from bot.account.callbacks import AccountAction
from core.bootstrap import Deps
from core.clients.models import Client
from core.db import clock
from core.keys import key_for
from core.letters import requests, tokens
from core.letters.compose import CODE_KEY, compose
from core.letters.models import EmailToken, Letter
from core.users import service
from core.users.models import TelegramAccount, User
from demo.stand.person import Person
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import register


async def proof_of(deps: Deps) -> tokens.Proof:
    """What the worker would put into the newest letter."""
    async with deps.sessions.begin() as tx:
        letter = (await tx.scalars(select(Letter).order_by(Letter.id.desc()).limit(1))).one()
        assert letter.user_id
        key = key_for(deps.settings, CODE_KEY)
        return await tokens.mint(
            tx,
            letter.user_id,
            letter.purpose,
            letter.recipient,
            letter.telegram_id,
            key,
            await clock(tx),
        )


async def user_of(deps: Deps, telegram_id: int) -> User | None:
    async with deps.sessions() as tx:
        account = await tx.get_one(TelegramAccount, telegram_id)
        return await tx.get(User, account.user_id) if account.user_id else None


async def registered(anna: Person, email: str = "anna@example.org") -> None:
    """Up to the letter, with the likely answers."""
    await anna.start()
    await anna.wait_for("Центр рассылок")
    await anna.tap("Зарегистрироваться")
    await anna.wait_for("1 из 5")
    await anna.type("Анна Петрова")
    await anna.wait_for("2 из 5")
    await anna.type(email)
    await anna.wait_for("3 из 5")
    await anna.type("8 (999) 123-45-67")
    await anna.wait_for("4 из 5")
    await anna.tap("Да, Россия")
    await anna.wait_for("5 из 5")
    await anna.tap("Да,")
    await anna.wait_for("Письмо ушло")


async def test_five_answers_and_a_code_make_an_owner(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await registered(anna)
    user = await user_of(deps, 1)
    assert user
    assert (user.name, user.email, user.phone) == (
        "Анна Петрова",
        "anna@example.org",
        "+79991234567",
    )
    assert (user.country, user.timezone, user.email_confirmed_at) == ("RU", "Europe/Moscow", None)
    await anna.type((await proof_of(deps)).code)
    seen = await anna.wait_for("подтверждён")
    assert seen.find("Новая рассылка")
    assert (await user_of(deps, 1)).email_confirmed_at  # type: ignore[union-attr]
    assert len([m for m in anna.messages() if m.by_bot]) == 1


async def test_the_screen_turns_by_itself_when_the_link_is_opened_elsewhere(
    meet: Meet, deps: Deps
) -> None:
    anna = meet()
    await registered(anna)
    proof = await proof_of(deps)
    async with deps.sessions.begin() as tx:
        await service.confirm_by_token(tx, proof.token, await clock(tx))
    seen = await anna.wait_for("подтверждён", timeout=3)
    assert seen.find("Новая рассылка")
    await anna.type("123456")
    await anna.wait_for("Сейчас я не жду текста")


async def test_amid_something_else_the_confirmation_is_only_said(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await registered(anna)
    await anna.tap("на главную")
    await anna.wait_for("ещё не подтверждён")
    await anna.tap("Профиль")
    await anna.wait_for("Часовой пояс")
    await anna.tap("Имя")
    await anna.wait_for("новое имя")
    async with deps.sessions.begin() as tx:
        await service.confirm_by_token(tx, (await proof_of(deps)).token, await clock(tx))
    await anna.wait_for("подтверждён", timeout=3)
    await anna.type("Анна Ивановна")
    await anna.wait_for("✓ Сохранено")
    user = await user_of(deps, 1)
    assert user
    assert user.name == "Анна Ивановна"


async def test_a_link_into_telegram_confirms_for_its_own_account_only(
    meet: Meet, deps: Deps
) -> None:
    anna, stranger = meet(), meet(2)
    await registered(anna)
    proof = await proof_of(deps)
    await stranger.start()
    await stranger.wait_for("Центр рассылок")
    await stranger.start(f"confirm_{proof.token}")
    await stranger.wait_for("Такой ссылки мы не знаем")
    await anna.start(f"confirm_{proof.token}")
    await anna.wait_for("подтверждён")
    await anna.start(f"confirm_{proof.token}")
    await anna.wait_for("уже воспользовались")


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_every_bad_answer_is_explained_and_the_question_stays(
    meet: Meet, language: str
) -> None:
    anna = meet(1, language)
    await anna.start()
    await anna.wait_for("Mail Center" if language == "en" else "Центр рассылок")
    await anna.tap("Register" if language == "en" else "Зарегистрироваться")
    example = {"ru": "Анна Петрова", "en": "Anna Petrova"}[language]
    of = {"ru": "из", "en": "of"}[language]
    for bad in ("😀", "a\nb", "x" * 5000, "Анна\u202eпетрова"):
        await anna.type(bad)
        await anna.wait_for(lambda seen: example in seen.text and f"1 {of} 5" in seen.text)
    await anna.sticker()
    await anna.wait_for(f"1 {of} 5")
    await anna.type("<b>{{7*7}}</b>")
    await anna.wait_for("<b>{{7*7}}</b>")
    for bad in ("нет", "a@@b.ru", "a@b.ru\r\nBcc: c@d.ru", "x" * 4000 + "@a.ru"):
        await anna.type(bad)
        await anna.wait_for(
            lambda seen: "anna@example.org" in seen.text and f"2 {of} 5" in seen.text
        )
    await anna.type("/unknown")
    await anna.wait_for("/cancel")
    await anna.type("anna@example.org")
    await anna.wait_for(f"3 {of} 5")
    for bad in ("нет", "12", "9" * 25):
        await anna.type(bad)
        seen = await anna.wait_for(f"3 {of} 5")
        assert bad in seen.text
    await anna.type("+49 30 901820")
    seen = await anna.wait_for(f"4 {of} 5")
    assert "+49 30 901820" in seen.text
    await anna.type("zzz")
    await anna.wait_for(f"4 {of} 5")


async def test_a_country_is_searched_and_a_zone_is_picked(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await anna.start()
    await anna.wait_for("Центр рассылок")
    await anna.tap("Зарегистрироваться")
    await anna.wait_for("1 из 5")
    await anna.type("Анна")
    await anna.wait_for("2 из 5")
    await anna.type("anna@example.org")
    await anna.wait_for("3 из 5")
    await anna.share_contact("+77011234567")
    await anna.wait_for("Казахстан?")
    await anna.tap("Другая страна")
    await anna.wait_for("Какая страна")
    await anna.tap("›")
    await anna.wait_for(lambda seen: any("2 из" in label for label in seen.buttons))
    for page in (-1, 10**17):
        await anna.press(anna.last.id, f"pl:country:page::{page}")
    await anna.wait_for(lambda seen: "32 из 32" in seen.buttons)
    await anna.type("гвин")
    await anna.wait_for("Страны по «гвин»")
    await anna.type("сша")
    await anna.wait_for("Страны по «сша»")
    await anna.tap("Соединенные Штаты")
    await anna.wait_for("5 из 5")
    await anna.tap("Другое время")
    await anna.wait_for("Который у вас час")
    await anna.tap("Назад")
    await anna.wait_for("4 из 5")
    await anna.type("росс")
    await anna.wait_for("5 из 5")
    await anna.tap("Другое время")
    await anna.wait_for("Который у вас час")
    await anna.tap("›")
    await anna.wait_for("Который у вас час")
    await anna.tap("Екатеринбург")
    await anna.wait_for("Письмо ушло")
    user = await user_of(deps, 1)
    assert user
    assert (user.country, user.timezone) == ("RU", "Asia/Yekaterinburg")


async def test_nothing_given_is_lost_by_looking_around(meet: Meet) -> None:
    anna = meet()
    await anna.start()
    await anna.wait_for("Центр рассылок")
    await anna.tap("Зарегистрироваться")
    await anna.wait_for("1 из 5")
    await anna.type("Анна Петрова")
    await anna.wait_for("2 из 5")
    await anna.type("/help")
    await anna.wait_for(lambda seen: "пять коротких" in seen.text and "2 из 5" in seen.text)
    await anna.type("/language")
    await anna.wait_for(lambda seen: "2 of 5" in seen.text and "Анна Петрова" in seen.text)
    await anna.type("/start")
    await anna.wait_for("Mail Center")
    await anna.tap("Go on with the registration")
    await anna.wait_for(lambda seen: "2 of 5" in seen.text and "Анна Петрова" in seen.text)
    await anna.tap("Back")
    await anna.wait_for("1 of 5")
    await anna.type("/cancel")
    await anna.wait_for("Cancelled, nothing was saved")
    await anna.tap("Register")
    await anna.wait_for("1 of 5")


async def test_wrong_codes_are_counted(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await registered(anna)
    proof = await proof_of(deps)
    await anna.type("код")
    await anna.wait_for("шесть цифр")
    wrong = f"{(int(proof.code) + 1) % 1_000_000:06}"
    for left in (4, 3, 2, 1):
        await anna.type(wrong)
        await anna.wait_for(f"Осталось попыток: {left}")
    await anna.type(wrong)
    await anna.wait_for("Действующего кода нет")
    await anna.type(proof.code)
    await anna.wait_for("Действующего кода нет")
    async with deps.sessions() as tx:
        assert (await tx.scalars(select(EmailToken.tries))).one() == tokens.TRIES


async def test_a_letter_is_sent_again_after_a_minute(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await registered(anna)
    answer = await anna.tap("Отправить письмо ещё раз")
    assert answer
    assert "Подождите" in answer.text
    async with deps.sessions.begin() as tx:
        letter = (await tx.scalars(select(Letter))).one()
        letter.created_at -= requests.COOLDOWN
    answer = await anna.tap("Отправить письмо ещё раз")
    assert answer
    assert "ещё раз" in answer.text


async def test_a_mistyped_address_is_corrected(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await registered(anna, "anna@exmaple.org")
    await anna.tap("Исправить адрес")
    await anna.wait_for("верный адрес")
    await anna.type("anna@example.org")
    await anna.wait_for("Письмо ушло на anna@example.org")
    await anna.type((await proof_of(deps)).code)
    await anna.wait_for("anna@example.org подтверждён")


async def test_a_new_chat_joins_an_account_by_a_code(meet: Meet, deps: Deps) -> None:
    async with deps.sessions.begin() as tx:
        owner = await factories.user(tx, email="anna@example.org")
    anna = meet()
    await anna.start()
    await anna.wait_for("Центр рассылок")
    await anna.tap("Войти")
    await anna.wait_for("Вход")
    await anna.type("ANNA@example.org")
    await anna.wait_for("Письмо ушло")
    await anna.type((await proof_of(deps)).code)
    await anna.wait_for("Вы вошли")
    user = await user_of(deps, 1)
    assert user
    assert user.id == owner.id
    await anna.tap("Профиль")
    await anna.wait_for("anna@example.org")
    await anna.tap("Выйти в этом чате")
    await anna.wait_for("Выйти в этом чате?")
    await anna.tap("Выйти")
    await anna.wait_for("Вы вышли")
    assert await user_of(deps, 1) is None


async def test_registering_with_a_taken_address_looks_the_same_and_lets_its_reader_in(
    meet: Meet, deps: Deps
) -> None:
    async with deps.sessions.begin() as tx:
        owner = await factories.user(tx, email="anna@example.org")
    anna = meet()
    await registered(anna)
    newcomer = await user_of(deps, 1)
    assert newcomer
    async with deps.sessions.begin() as tx:
        await factories.client(tx, newcomer, email="brought@example.com")
    await anna.type((await proof_of(deps)).code)
    await anna.wait_for("Вы вошли")
    user = await user_of(deps, 1)
    assert user
    assert user.id == owner.id
    async with deps.sessions() as tx:
        clients = (await tx.scalars(select(Client))).all()
        assert [client.owner_id for client in clients] == [owner.id]
        assert await tx.get(User, newcomer.id) is None


async def test_a_stranger_reaches_nothing_but_the_door(meet: Meet) -> None:
    anna = meet()
    await anna.start()
    seen = await anna.wait_for("Центр рассылок")
    for data in ("ac:profile:", "ac:proof:", "ac:edit:name", "ac:fix:", "ac:resend:"):
        answer = await anna.press(seen.id, data)
        assert answer
        assert "/start" in answer.text, data


@pytest.mark.parametrize(
    "data",
    ["x", "ac:edit:zzz", "pl:country:take:ZZ:0", "pl:zone:take:Nowhere:0", "st:speak:xx", "ac:"],
)
async def test_a_button_nobody_made_is_answered(meet: Meet, deps: Deps, data: str) -> None:
    owner = await register(deps, meet())
    answer = await owner.person.press(owner.person.last.id, data)
    assert answer is not None


async def test_a_double_tap_registers_once(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await registered(anna)
    last = anna.last
    await asyncio.gather(*(anna.press(last.id, "pl:zone:take:Europe/Moscow:0") for _ in range(3)))
    async with deps.sessions() as tx:
        assert len((await tx.scalars(select(User))).all()) == 1


async def test_who_stops_the_bot_is_noted(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet())
    await owner.person.block()
    async with asyncio.timeout(5):
        while not await blocked_at(deps):  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.05)
    await owner.person.unblock()
    await owner.person.start()
    await owner.person.wait_for("Центр рассылок")
    assert not await blocked_at(deps)


async def blocked_at(deps: Deps) -> object:
    async with deps.sessions() as tx:
        return (await tx.scalars(select(TelegramAccount.blocked_at))).one()


async def test_each_field_of_the_profile_is_changed(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet(), email="anna@example.org")
    await owner.go(AccountAction(verb="profile"))
    await owner.tap("Имя", "новое имя")
    await owner.type("Мария", "✓ Сохранено")
    await owner.tap("Телефон", "новый номер")
    await owner.type("12", "слишком мало цифр")
    await owner.type("8 343 123-45-67", "+7 343 123-45-67")
    await owner.tap("Страна", "Какая страна")
    await owner.type("герм", "🇩🇪 Германия")
    await owner.tap("Часовой пояс", "Который у вас час")
    await owner.tap("Берлин", "✓ Сохранено")
    await owner.tap("Почта", "Напишите новый")
    await owner.type("maria@example.org", "Письмо ушло на maria@example.org")
    user = await user_of(deps, 1)
    assert user
    assert (user.name, user.phone, user.country) == ("Мария", "+73431234567", "DE")
    assert (user.timezone, user.email) == ("Europe/Berlin", "anna@example.org")
    await owner.type((await proof_of(deps)).code, "maria@example.org подтверждён")


async def test_the_chat_tells_nobody_whether_an_address_has_an_account(
    meet: Meet, deps: Deps
) -> None:
    async with deps.sessions.begin() as tx:
        await factories.user(tx, email="anna@example.org")
    said = []
    for number, email in enumerate(("anna@example.org", "nobody@example.org"), 1):
        anna = meet(number)
        await anna.start()
        await anna.wait_for("Центр рассылок")
        await anna.tap("Войти")
        await anna.wait_for("Вход")
        await anna.type(email)
        await anna.wait_for("Письмо ушло")
        await composed(deps)
        texts = []
        for n in range(6):
            await anna.type(f"00000{n}")
            seen = await anna.wait_for(f"00000{n}" if n < 4 else "Действующего кода нет")
            texts.append(seen.text.replace(email, "…"))
        said.append(texts)
    assert said[0] == said[1]


async def composed(deps: Deps) -> None:
    """What the worker does with the newest letter before it is sent."""
    async with deps.sessions.begin() as tx:
        letter = (await tx.scalars(select(Letter).order_by(Letter.id.desc()).limit(1))).one()
        await compose(tx, letter, deps.settings, await clock(tx))
