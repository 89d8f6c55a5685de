"""Registration, proving an address, signing in, the profile."""

from aiogram import Router

from bot.account import (
    devices,
    leaving,
    photo,
    places,
    profile,
    proof,
    quiet,
    registration,
    smtp,
    smtp_card,
)
from bot.account.confirmed import follow_confirmations
from bot.account.exporting import send_exports

router = Router(name="account")
router.include_routers(
    registration.router,
    proof.router,
    profile.router,
    photo.router,
    quiet.router,
    devices.router,
    leaving.router,
    places.router,
    smtp.router,
    smtp_card.router,
)

__all__ = ["follow_confirmations", "router", "send_exports"]
