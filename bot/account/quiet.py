"""The quiet hours that new mailings begin with."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.account.callbacks import AccountAction
from bot.account.profile_screens import choosing
from bot.account.states import Profile
from bot.kit import Button, Chat, Row, Screen, plain
from core.errors import Conflict
from core.i18n import Translator
from core.mailings.quiet import USUAL, Quiet
from core.mailings.typed import read_hours
from core.users import profile

router = Router(name="quiet")

OFF = "off"
NAMED = {str(number): quiet for number, quiet in enumerate(USUAL)}


@router.callback_query(AccountAction.filter(F.verb == "quiet"))
async def quiet(_event: CallbackQuery, callback_data: AccountAction, chat: Chat) -> None:
    """The hours as they are, or after one of the usual was tapped."""
    name = callback_data.name
    if name and name != OFF and name not in NAMED:
        raise Conflict
    if name:
        await keep(chat, NAMED.get(name))
    await show(chat)


@router.message(Profile.quiet, F.text & ~F.text.startswith("/"))
async def typed(event: Message, chat: Chat) -> None:
    """Hours in words."""
    await keep(chat, read_hours(event.text or ""))
    await show(chat)


async def keep(chat: Chat, hours: Quiet | None) -> None:
    """Mailings that are under way keep theirs."""
    async with chat.begin() as (tx, _now):
        minutes = (hours.start, hours.end) if hours else (None, None)
        chat.become(await profile.set_quiet(tx, chat.user, *minutes))


async def show(chat: Chat) -> None:
    """Ask."""
    hours = Quiet.of(chat.user.quiet_from, chat.user.quiet_to)
    await chat.ask(Profile.quiet, screen(chat._, hours))


def screen(_: Translator, chosen: Quiet | None) -> Screen:
    """The usual ones as buttons, others typed."""
    text = _(
        "<b>Quiet hours of new mailings</b>\nChosen: {chosen}\nNo letters go out in these hours, "
        "by each client's own clock. Each mailing may have others.\n\nTap, or type hours: 22-8, "
        "21:30-9:00",
        chosen=chosen or _("without quiet hours"),
    )
    usual: Row = [_button(each.short, name, each == chosen) for name, each in NAMED.items()]
    return choosing(_, text, [usual, [_button(_("No quiet hours"), OFF, chosen is None)]])


def _button(label: str, name: str, chosen: bool) -> Button:
    return Button(
        f"✓ {plain(label)}" if chosen else plain(label), AccountAction(verb="quiet", name=name)
    )
