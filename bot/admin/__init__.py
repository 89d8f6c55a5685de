"""What administrators do from the chat: users, invitations, others' mailings."""

from aiogram import Router

from bot.admin import asking, changes, inviting, mailings, users
from bot.admin.asking import ask_administrators

router = Router(name="admin")
router.include_routers(
    users.router, changes.router, mailings.router, inviting.router, asking.router
)

__all__ = ["ask_administrators", "router"]
