"""The screen everything begins from and returns to."""

from markupsafe import Markup

from bot.kit import Chat, Screen
from bot.start import screens
from core.mailings.figures import figures
from core.users import invitations

FORM = "registration"  # where a registration's answers stand in the draft


async def show_home(chat: Chat, note: Markup | None = None) -> None:
    """Home for an owner, the greeting for a guest; what was begun is over.

    The answers of a registration are kept: a guest may look around first.
    """
    if chat.account.user is None:
        await chat.show(await greeting(chat, note, begun=bool(chat.draft.get(FORM))))
    else:
        await chat.done(await home_screen(chat, note))


async def greeting(chat: Chat, note: Markup | None = None, *, begun: bool) -> Screen:
    """For a guest; one without an invitation is not led to a closed door."""
    open_ = await may_register(chat)
    return screens.greeting(chat._, note, begun=begun, open_=open_)


async def may_register(chat: Chat) -> bool:
    """Whether a registration from this chat would be taken."""
    if chat.deps.settings.registration != "invitation":
        return True
    async with chat.read() as (tx, now):
        return await invitations.holds(tx, chat.account, now)


async def home_screen(chat: Chat, note: Markup | None = None) -> Screen:
    """An owner's first screen."""
    user = chat.user
    async with chat.read() as (tx, now):
        found = await figures(tx, user, now)
    return screens.home(chat._, user, found, note)
