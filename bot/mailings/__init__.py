"""Mailings: their list, the launch, the live card."""

from aiogram import Router

from bot.mailings import (
    approvals,
    calendars,
    card,
    checking,
    launch,
    lists,
    narrowing,
    people,
    reports,
    segmenting,
    windows,
)
from bot.mailings.live import follow_cards
from bot.mailings.report_notices import tell_of_runs

__all__ = ["follow_cards", "router", "tell_of_runs"]

router = Router(name="mailings")
router.include_routers(
    lists.router,
    launch.router,
    calendars.router,
    windows.router,
    checking.router,
    people.router,
    segmenting.router,
    narrowing.router,
    card.router,
    reports.router,
    approvals.router,
)
