"""Codes of the phone: good once, in their time, for their user; and codes for a lost phone."""

import asyncio
from datetime import datetime, timedelta

import pyotp
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from core.db import Sessions, Transaction
from core.errors import Conflict, Invalid
from core.second_factor import service
from core.second_factor.models import RecoveryCode, SecondFactor
from core.settings import Settings
from core.users.models import User
from tests import factories

SETTINGS = Settings(secret_key=SecretStr("s" * 32))
STEP = timedelta(seconds=service.STEP)


def code(secret: str, at: datetime) -> str:
    """What the phone shows."""
    return pyotp.TOTP(secret).at(at)


async def switched_on(tx: Transaction, now: datetime) -> tuple[User, str, list[str]]:
    """A user whose phone knows the secret; the code of `now` is used up by confirming it."""
    user = await factories.user(tx)
    secret = await service.begin(tx, SETTINGS, user, now)
    return user, secret, await service.confirm(tx, SETTINGS, user, code(secret, now), now)


async def test_nothing_is_asked_before_the_first_code(tx: Transaction, now: datetime) -> None:
    user = await factories.user(tx)
    first = await service.begin(tx, SETTINGS, user, now)
    secret = await service.begin(tx, SETTINGS, user, now)  # the page was opened anew
    assert secret != first
    assert await service.begun(tx, SETTINGS, user) == secret
    with pytest.raises(Invalid):
        await service.confirm(tx, SETTINGS, user, code(first, now), now)
    assert not await service.is_on(tx, user.id)
    await service.confirm(tx, SETTINGS, user, code(secret, now), now)
    assert await service.is_on(tx, user.id)
    with pytest.raises(Conflict):
        await service.begin(tx, SETTINGS, user, now)


async def test_a_code_is_good_once(tx: Transaction, now: datetime) -> None:
    user, secret, _ = await switched_on(tx, now)
    assert not await service.check(tx, SETTINGS, user.id, code(secret, now), now)
    later = now + STEP
    assert await service.check(tx, SETTINGS, user.id, code(secret, later), later)
    assert not await service.check(tx, SETTINGS, user.id, code(secret, later), later)
    # Nor is one of before, though a slow clock would still allow it.
    assert not await service.check(tx, SETTINGS, user.id, code(secret, now), later)


@pytest.mark.parametrize(("steps", "good"), [(1, True), (2, True), (3, True), (4, False)])
async def test_a_phones_clock_may_be_half_a_minute_off(
    tx: Transaction, now: datetime, steps: int, good: bool
) -> None:
    user, secret, _ = await switched_on(tx, now)
    typed = f" {code(secret, now + steps * STEP)[:3]} {code(secret, now + steps * STEP)[3:]} "
    assert await service.check(tx, SETTINGS, user.id, typed, now + 2 * STEP) is good


async def test_of_many_who_bring_one_code_one_comes_in(sessions: Sessions, now: datetime) -> None:
    async with sessions.begin() as tx:
        user, secret, codes = await switched_on(tx, now)
    later = now + STEP

    async def bring(typed: str) -> bool:
        async with sessions.begin() as tx:
            return await service.check(tx, SETTINGS, user.id, typed, later)

    for typed in (code(secret, later), codes[0]):
        assert sum(await asyncio.gather(*(bring(typed) for _ in range(20)))) == 1


async def test_a_recovery_code_is_good_once_however_it_is_typed(
    tx: Transaction, now: datetime
) -> None:
    user, _, codes = await switched_on(tx, now)
    assert len(set(codes)) == service.CODES
    typed = codes[3].replace("-", " ").upper()
    assert await service.check(tx, SETTINGS, user.id, typed, now)
    assert not await service.check(tx, SETTINGS, user.id, typed, now)
    assert await service.codes_left(tx, user.id) == service.CODES - 1
    renewed = await service.renew_codes(tx, user.id)
    assert not await service.check(tx, SETTINGS, user.id, codes[4], now)
    assert await service.check(tx, SETTINGS, user.id, renewed[4], now)


async def test_codes_of_one_user_are_nothing_to_another(tx: Transaction, now: datetime) -> None:
    _, secret, codes = await switched_on(tx, now)
    other = await factories.user(tx)
    mine = await service.begin(tx, SETTINGS, other, now)
    await service.confirm(tx, SETTINGS, other, code(mine, now), now)
    later = now + STEP
    assert not await service.check(tx, SETTINGS, other.id, codes[0], later)
    assert not await service.check(tx, SETTINGS, other.id, code(secret, later), later)


async def test_neither_secret_nor_codes_can_be_read_from_the_database(
    tx: Transaction, now: datetime
) -> None:
    _, secret, codes = await switched_on(tx, now)
    row = (await tx.scalars(select(SecondFactor))).one()
    kept = [row.secret, *(await tx.scalars(select(RecoveryCode.code_hash)))]
    for hidden in (secret, *codes, *(each.replace("-", "") for each in codes)):
        assert not [each for each in kept if hidden in each]


async def test_who_has_none_proves_nothing_by_a_code(tx: Transaction, now: datetime) -> None:
    user = await factories.user(tx)
    assert not await service.check(tx, SETTINGS, user.id, "", now)
    secret = await service.begin(tx, SETTINGS, user, now)
    assert not await service.check(tx, SETTINGS, user.id, code(secret, now), now)
    assert not await service.remove(tx, 0)
    assert await service.remove(tx, user.id)
