"""Sends owners the data they asked for; it is made beside the conversations."""

import asyncio
from functools import partial
from pathlib import Path

from aiogram import Bot
from aiogram.types import FSInputFile

from bot.kit.companions import Teller, look_again
from core.bootstrap import Deps
from core.i18n import translator
from core.leaving import export
from core.users.models import User

EVERY = 2.0  # seconds


async def send_exports(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """One after the other until `stop`; what was not sent when the process ends is made again."""
    teller = Teller(deps, bot, "data")
    await look_again(deps, stop, EVERY, partial(_send_wanted, deps, teller), "exports")


async def _send_wanted(deps: Deps, teller: Teller) -> None:
    async with deps.sessions() as tx:
        wanted = await export.wanted(tx)
    for user in await teller.in_turn(wanted, lambda user: user.id):
        await _send(deps, teller, user)


async def _send(deps: Deps, teller: Teller, user: User) -> None:
    assert user.export_chat_id  # noqa: S101  the query asks for it
    with export.workplace() as folder:
        async with deps.sessions() as tx:
            parts = await export.collect(tx, user, folder)
        hand_over = partial(_hand_over, teller.bot, user.export_chat_id, user.locale, parts)
        await teller.tell(user.id, user.export_chat_id, hand_over)
    async with deps.sessions.begin() as tx:
        await export.sent(tx, user.id)
    teller.done(user.id)


async def _hand_over(bot: Bot, chat_id: int, locale: str, parts: list[Path]) -> None:
    _ = translator(locale)
    caption = _(
        "Your data in Mail Center. The tables open in Excel. Nobody but you has this file: "
        "keep it safe."
    )
    for no, part in enumerate(parts):
        file = FSInputFile(part)
        await bot.send_document(chat_id, file, caption=str(caption) if no == 0 else None)
