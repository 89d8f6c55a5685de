"""Sends owners the data they asked for; it is made beside the conversations."""

import asyncio
from pathlib import Path

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.types import FSInputFile
from sqlalchemy.exc import SQLAlchemyError

from core.bootstrap import Deps
from core.db import clock
from core.i18n import translator
from core.leaving import export
from core.users import profile
from core.users.models import User

log = structlog.get_logger(__name__)

EVERY = 2.0  # seconds


async def send_exports(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """One after the other until `stop`; what was not sent when the process ends is made again."""
    while not stop.is_set():
        try:
            async with deps.sessions() as tx:
                wanted = await export.wanted(tx)
            for user in wanted:
                await _send(deps, bot, user)
        except (SQLAlchemyError, OSError) as error:
            log.warning("exports wait", reason=type(error).__name__)
        await deps.pause(EVERY, stop)


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
    try:
        for no, part in enumerate(parts):
            file = FSInputFile(part)
            await bot.send_document(
                user.export_chat_id, file, caption=str(caption) if no == 0 else None
            )
    except TelegramForbiddenError:
        async with deps.sessions.begin() as tx:
            await profile.blocked(tx, user.export_chat_id, await clock(tx))
    except TelegramAPIError as error:
        log.warning("data did not arrive", user=user.id, reason=error.message)
