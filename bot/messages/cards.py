"""A message's card as its owner sees it in this conversation."""

from markupsafe import Markup

from bot.kit import Chat, Screen
from bot.messages import screens
from core.messages.models import Message


def card_of(chat: Chat, message: Message, note: Markup | str = "") -> Screen:
    """The card, with a word about what was done."""
    then = chat.draft.get("then")
    return screens.card(chat._, message, chat.user.signature, then, note)
