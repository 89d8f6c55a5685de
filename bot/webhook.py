"""Webhook: the site takes updates in and writes them down; the bot hears of them and works them."""

import asyncio

from aiogram import Bot

from bot.feed import Feed
from core.bootstrap import Deps
from core.errors import MailCenterError
from core.notices import listen
from core.settings import Settings
from core.tasks import finished_first
from core.updates.service import CHANNEL, webhook_path

SWEEP = 1.0  # seconds between looks for updates whose notice was lost


async def announce(bot: Bot, settings: Settings, allowed: list[str]) -> None:
    """Tell Telegram where to send updates; a webhook without a secret is refused."""
    if settings.webhook_secret is None:
        raise MailCenterError("WEBHOOK_SECRET is needed for a webhook")
    secret = settings.webhook_secret.get_secret_value()
    url = settings.public_url.rstrip("/") + webhook_path()
    await bot.set_webhook(url, secret_token=secret, allowed_updates=allowed)


async def follow(deps: Deps, feed: Feed, stop: asyncio.Event) -> None:
    """Work what the site writes down, on its notice or at the next sweep."""
    wake = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(deps.engine, {CHANNEL: lambda _: wake.set()}, stop))
        while not stop.is_set():
            await feed.take_over()
            wake.clear()
            await finished_first(_woken(wake), stop)


async def _woken(wake: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(SWEEP):
            await wake.wait()
    except TimeoutError:
        pass
