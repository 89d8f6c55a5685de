"""The message centre."""

from aiogram import Router

from bot.messages import (
    attaching,
    editing,
    handlers,
    history,
    lists,
    look,
    previews,
    writing,
)

router = Router(name="message centre")
for part in (lists, handlers, history, previews, look, attaching, editing, writing):
    router.include_router(part.router)
