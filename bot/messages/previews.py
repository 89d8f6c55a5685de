"""The letter as its reader will see it: as pictures, else as a rich message; and as a page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from html import escape

from aiogram import F, Router
from aiogram.types import BufferedInputFile, CallbackQuery, InputMediaPhoto, MediaUnion
from sqlalchemy import ColumnElement

from bot.kit import Chat, Screen
from bot.kit.rich import send_rich
from bot.later import Later
from bot.messages import preview_screens, screens
from bot.messages.callbacks import MessageAction, PreviewAction
from bot.messages.letter import Letter, as_letter
from core.clients import queries as clients
from core.clients.values import placeholders_of
from core.delivery import sample
from core.mail.addresses import show_email
from core.mail.camera import WIDTHS
from core.messages import files, models, queries
from core.users.models import User

router = Router(name="previews")

_CAPTION = 200


@dataclass(frozen=True)
class Sample:
    """A message filled in for one client, with its pictures."""

    message: models.Message
    letter: Letter
    pictures: list[models.MessageFile]


@router.callback_query(MessageAction.filter(F.verb == "preview"))
async def preview(
    _event: CallbackQuery, callback_data: MessageAction, chat: Chat, later: Later
) -> None:
    """As wide as a phone, and the page as a file."""
    shown = await sample_of(chat, chat.user, callback_data.id)
    width = "phone" if chat.deps.camera.is_there else None
    screen = preview_screens.preview(chat._, shown.message, shown.letter, width)
    await chat.show(screen)
    await send(chat, shown, later, screen)


@router.callback_query(PreviewAction.filter(F.width.in_(set(WIDTHS))))
async def drawn(
    _event: CallbackQuery, callback_data: PreviewAction, chat: Chat, later: Later
) -> None:
    """The same in another width."""
    shown, width = await sample_of(chat, chat.user, callback_data.message), callback_data.width
    screen = preview_screens.preview(chat._, shown.message, shown.letter, width)
    await chat.show(screen)
    await _in_time(chat, later, partial(_draw, chat, shown, width), screen)


@router.callback_query(MessageAction.filter(F.verb == "to_me"))
async def to_me(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """The letter itself, to the owner's own address."""
    async with chat.begin() as (tx, now):
        await sample.request(tx, chat.user, callback_data.id, now)
    address = show_email(chat.user.email)
    await chat.alert(chat._("The letter is on its way to {email}.", email=address))


async def sample_of(
    chat: Chat, owner: User, message_id: int, meant: ColumnElement[bool] | None = None
) -> Sample:
    """An owner's message as the newest client gets it, of those `meant`."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, owner, message_id)
        newest = await clients.newest(tx, owner, meant)
        version = screens.wording(message)
        pictures = await files.loaded(tx, [each for each in version.files if each.is_picture])
        known = await placeholders_of(tx, owner)
    letter = as_letter(chat._, version, [newest] if newest else [], owner, pictures, known)
    return Sample(message, letter, pictures)


async def send(chat: Chat, shown: Sample, later: Later, screen: Screen | None = None) -> None:
    """The letter as a phone shows it, and as a page for any browser; then the screen below."""
    await _in_time(chat, later, partial(_send, chat, shown), screen)


async def _in_time(
    chat: Chat, later: Later, sending: Callable[[], Awaitable[None]], screen: Screen | None
) -> None:
    """A browser takes seconds: the person may go on meanwhile. Anything else comes at once."""
    if not chat.deps.camera.is_there:
        await sending()
        if screen:
            await chat.show_below(screen)
    elif not later.start(chat, partial(_afterwards, chat, sending, screen)):
        await chat.toast(chat._("A letter is being drawn already, it comes in a moment."))


async def _afterwards(
    chat: Chat, sending: Callable[[], Awaitable[None]], screen: Screen | None
) -> None:
    await sending()
    if screen:
        await chat.move_below(screen)


async def _send(chat: Chat, shown: Sample) -> None:
    await _draw(chat, shown, "phone")
    page = shown.letter.page.encode()
    caption = chat._("As {who} will see it", who=shown.letter.who)
    await chat.send_document(f"{shown.message.slug}.html", page, caption)


async def _draw(chat: Chat, shown: Sample, width: str) -> None:
    """Pictures of the letter, several as an album; a rich message when none can be taken."""
    await chat.wait()
    shots = await chat.deps.camera.take(shown.letter.page, WIDTHS[width])
    if not shots:
        pictures = {f"picture:{each.name}": each.content for each in shown.pictures}
        await send_rich(chat.bot, chat.id, shown.letter.body, pictures=pictures)
    elif len(shots) == 1:
        await chat.send_picture(shots[0], _caption(shown.letter))
    else:
        await chat.bot.send_media_group(chat.id, _album(shots, _caption(shown.letter)))


def _album(shots: list[bytes], caption: str) -> list[MediaUnion]:
    return [
        InputMediaPhoto(
            media=BufferedInputFile(shot, f"letter-{number}.png"),
            caption=None if number else caption,
        )
        for number, shot in enumerate(shots)
    ]


def _caption(letter: Letter) -> str:
    return escape(letter.subject[:_CAPTION])
