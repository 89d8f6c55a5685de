"""Sends owners the data they asked for; it is made beside the conversations."""

import asyncio
from functools import partial
from pathlib import Path

from aiogram import Bot
from aiogram.types import FSInputFile

from bot.kit.companions import look_again, reaching
from core.bootstrap import Deps
from core.i18n import translator
from core.leaving import export
from core.users.models import User

EVERY = 2.0  # seconds


async def send_exports(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """One after the other until `stop`; what was not sent when the process ends is made again."""
    await look_again(deps, stop, EVERY, partial(_send_wanted, deps, bot), "exports")


async def _send_wanted(deps: Deps, bot: Bot) -> None:
    async with deps.sessions() as tx:
        wanted = await export.wanted(tx)
    for user in wanted:
        await _send(deps, bot, user)


async def _send(deps: Deps, bot: Bot, user: User) -> None:
    with export.workplace() as folder:
        async with deps.sessions() as tx:
            parts = await export.collect(tx, user, folder)
        await _hand_over(deps, bot, user, parts)
    async with deps.sessions.begin() as tx:
        await export.sent(tx, user.id)


async def _hand_over(deps: Deps, bot: Bot, user: User, parts: list[Path]) -> None:
    assert user.export_chat_id  # noqa: S101  the query asks for it
    _ = translator(user.locale)
    caption = _(
        "Your data in Mail Center. The tables open in Excel. Nobody but you has this file: "
        "keep it safe."
    )
    async with reaching(deps, user.export_chat_id, "data"):
        for no, part in enumerate(parts):
            file = FSInputFile(part)
            await bot.send_document(
                user.export_chat_id, file, caption=str(caption) if no == 0 else None
            )
