"""Who is let in: anybody, after a yes, by invitation; the first answer counts."""

import asyncio
from datetime import datetime, timedelta

import pytest

from core.db import Sessions, Transaction
from core.errors import Conflict, Forbidden, NotFound
from core.mailings import blocking
from core.users import admission, invitations, service
from core.users.models import TelegramAccount, User
from tests import factories
from tests.core.users.test_service import FORM, chat

DAY = timedelta(days=1)


async def test_an_open_installation_lets_everybody_in_with_a_quota(
    tx: Transaction, now: datetime
) -> None:
    user = await service.register(tx, await chat(tx, now), FORM, now, quota=500)
    assert (user.admission, user.daily_quota) == ("approved", 500)


async def test_who_waits_for_a_yes_sends_nothing(tx: Transaction, now: datetime) -> None:
    user = await service.register(tx, await chat(tx, now), FORM, now, mode="approval")
    assert user.admission == "waiting"
    with pytest.raises(Forbidden) as waiting:
        await blocking.check(tx, user.id)
    assert waiting.value.text == blocking.NOT_YET
    await admission.decide(tx, user.id, "refused")
    with pytest.raises(Forbidden) as refused:
        await blocking.check(tx, user.id)
    assert refused.value.text == blocking.REFUSED
    await admission.revise(tx, user.id, "approved")
    await blocking.check(tx, user.id)


async def test_administrators_are_asked_once_the_address_is_proven(
    tx: Transaction, now: datetime
) -> None:
    user = await service.register(tx, await chat(tx, now), FORM, now, mode="approval")
    assert not await admission.unasked(tx)
    user.email_confirmed_at = now
    await tx.flush()
    assert [each.id for each in await admission.unasked(tx)] == [user.id]
    await admission.asked_all(tx, user.id, now)
    assert not await admission.unasked(tx)


async def test_of_two_answers_the_first_counts(sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        user = await factories.user(tx, admission="waiting")

    async def answer(what: str) -> bool:
        async with sessions.begin() as tx:
            return await admission.decide(tx, user.id, what)

    counted = await asyncio.gather(*(answer(what) for what in ("approved", "refused") * 3))
    assert sum(counted) == 1
    async with sessions() as tx:
        first = ("approved", "refused")[counted.index(True) % 2]
        assert (await tx.get_one(User, user.id)).admission == first


async def test_a_stranger_without_an_invitation_is_turned_away(
    tx: Transaction, now: datetime
) -> None:
    with pytest.raises(Forbidden) as turned_away:
        await service.register(tx, await chat(tx, now), FORM, now, mode="invitation")
    assert turned_away.value.text == admission.BY_INVITATION


@pytest.mark.parametrize("mode", ["approval", "invitation"])
async def test_who_was_invited_is_let_in_once(
    tx: Transaction, now: datetime, mode: admission.Mode
) -> None:
    admin = await factories.user(tx, is_admin=True)
    token = await invitations.make(tx, admin, now)
    account = await chat(tx, now)
    await invitations.accept(tx, account, token, now)
    user = await service.register(tx, account, FORM, now, mode=mode)
    assert user.admission == "approved"
    with pytest.raises(Conflict) as used:
        await invitations.accept(tx, await chat(tx, now, 502), token, now)
    assert used.value.text == invitations.USED


async def test_an_old_or_unknown_invitation_says_so(tx: Transaction, now: datetime) -> None:
    admin = await factories.user(tx, is_admin=True)
    token = await invitations.make(tx, admin, now)
    account = await chat(tx, now)
    with pytest.raises(NotFound):
        await invitations.accept(tx, account, token[:-1], now)
    with pytest.raises(Conflict) as old:
        await invitations.accept(tx, account, token, now + 8 * DAY)
    assert old.value.text == invitations.EXPIRED


async def test_one_invitation_lets_one_of_two_chats_in(sessions: Sessions, now: datetime) -> None:
    async with sessions.begin() as tx:
        token = await invitations.make(tx, await factories.user(tx, is_admin=True), now)
        chats = [await chat(tx, now, 600 + n) for n in range(4)]
        for each in chats:
            await invitations.accept(tx, each, token, now)

    async def let_in(account: TelegramAccount) -> bool:
        async with sessions.begin() as tx:
            return await invitations.use(tx, account, now) is not None

    assert sum(await asyncio.gather(*map(let_in, chats))) == 1
