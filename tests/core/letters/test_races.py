"""Many uses of one token at the same moment."""

import asyncio
from datetime import datetime

from sqlalchemy import select

from core.db import Sessions
from core.errors import Conflict
from core.letters import tokens
from core.letters.models import EmailToken
from tests import factories

KEY = b"k" * 32


async def minted(sessions: Sessions, now: datetime) -> tokens.Proof:
    async with sessions.begin() as tx:
        user = await factories.user(tx, email_confirmed_at=None)
        return await tokens.mint(tx, user.id, "confirm", user.email, None, KEY, now)


async def test_of_fifty_uses_of_a_link_exactly_one_succeeds(
    sessions: Sessions, now: datetime
) -> None:
    proof = await minted(sessions, now)

    async def use() -> bool:
        try:
            async with sessions.begin() as tx:
                await tokens.redeem_link(tx, proof.token, now)
            return True
        except Conflict:
            return False

    assert sum(await asyncio.gather(*(use() for _ in range(50)))) == 1


async def test_simultaneous_guesses_cannot_exceed_the_tries(
    sessions: Sessions, now: datetime
) -> None:
    proof = await minted(sessions, now)
    guesses = [f"{n:06}" for n in range(50) if f"{n:06}" != proof.code]

    async def guess(code: str) -> None:
        async with sessions.begin() as tx:
            await tokens.redeem_code(tx, EmailToken.purpose == "confirm", code, KEY, now)

    await asyncio.gather(*map(guess, guesses))
    async with sessions() as tx:
        assert (await tx.scalars(select(EmailToken.tries))).one() == tokens.TRIES
