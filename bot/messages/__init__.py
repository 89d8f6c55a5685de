"""The message centre."""

from aiogram import Router

from bot.messages import (
    attaching,
    editing,
    handlers,
    history,
    lists,
    look,
    preview,
    writing,
)

router = Router(name="message centre")
for part in (lists, handlers, history, preview, look, attaching, editing, writing):
    router.include_router(part.router)
