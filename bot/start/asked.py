"""What a conversation waits for: whether that is a question, and what becomes of it at /cancel."""

from typing import TypeGuard

from markupsafe import Markup

from bot.account.smtp_callbacks import Smtp
from bot.account.states import Proof, Registration
from bot.admin.callbacks import Admin
from bot.clients.handlers import ClientList
from bot.messages.states import MessageForm, MessageList
from core.i18n import Translator

# Something may be typed or sent, but nothing is asked: lists are searched, an album goes on.
_NO_QUESTION = frozenset(
    state.state for state in (ClientList.shown, MessageList.shown, Admin.users, MessageForm.more)
)
# Answers that are written down together, after the last one.
_UNSAVED = frozenset(
    state.state
    for state in (
        *Registration.__states__,
        *(each for each in Smtp.__states__ if each != Smtp.code),
        Proof.sign_in,
        MessageForm.text,
        MessageForm.subject,
    )
)


def is_question(state: str | None) -> TypeGuard[str]:
    """Whether an answer is waited for."""
    return state is not None and state not in _NO_QUESTION


def left(_: Translator, state: str | None) -> Markup:
    """What it means that a conversation was left here."""
    if not is_question(state) or state == Proof.code.state:
        return _("There is nothing to cancel.")
    if state in _UNSAVED:
        return _("Cancelled, nothing was saved.")
    return _("Stopped. What was saved before stays.")
