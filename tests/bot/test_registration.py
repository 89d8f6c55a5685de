"""A stranger becomes an owner; an owner comes back; whatever they type on the way."""

import asyncio

import pytest
from sqlalchemy import select

from core.bootstrap import Deps
from core.db import clock
from core.keys import key_for
from core.letters import tokens
from core.letters.compose import CODE_KEY
from core.letters.models import EmailToken, Letter
from core.users import service
from core.users.models import TelegramAccount, User
from demo.stand.person import Person
from tests import factories
from tests.bot.conftest import Meet


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
