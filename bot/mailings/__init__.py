"""Mailings: their list, the launch, the live card."""

from aiogram import Router

from bot.mailings import card, launch, lists, people
from bot.mailings.live import follow_cards

__all__ = ["follow_cards", "router"]

router = Router(name="mailings")
router.include_routers(lists.router, launch.router, people.router, card.router)
