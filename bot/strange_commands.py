"""Commands that there are none of, in the middle of a question. Asked before whatever takes
anything as an answer, and after those who know a command."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import Message

from bot.fallback import NO_COMMAND, SENTENCE
from bot.kit import Chat
from core.typed import shortened

router = Router(name="strange_commands")


@router.message(~StateFilter(None), F.text.startswith("/"))
async def strange(event: Message, chat: Chat) -> None:
    """Say so, and ask the question again."""
    known = chat._(NO_COMMAND, command=shortened((event.text or "").split()[0], 32))
    again = chat._("Please answer the question, or /cancel.")
    await chat.refuse(SENTENCE.join((known, again)))
