"""The letter as its reader will see it: as pictures, else as a rich message; and as a page."""

from html import escape

from aiogram import F, Router
from aiogram.types import BufferedInputFile, CallbackQuery, InputMediaPhoto

from bot.kit import Chat
from bot.kit.rich import send_rich
from bot.messages import preview_screens, screens
from bot.messages.callbacks import MessageAction, PreviewAction
from bot.messages.letter import Letter, as_letter
from core.clients import queries as clients
from core.clients.values import placeholders_of
from core.delivery import sample
from core.mail.camera import WIDTHS
from core.messages import files, models, queries
from core.users.fields import show_email

router = Router(name="previews")

_CAPTION = 200


@router.callback_query(MessageAction.filter(F.verb == "preview"))
async def preview(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """As wide as a phone, and the page as a file."""
    message, letter, pictures = await _letter(chat, callback_data.id)
    drawn = chat.deps.camera.is_there
    screen = preview_screens.preview(chat._, message, letter, "phone" if drawn else None)
    await chat.show(screen)
    await chat.wait()
    if not (drawn and await _draw(chat, letter, "phone")):
        shown = {f"picture:{each.name}": each.content for each in pictures}
        await send_rich(chat.bot, chat.id, letter.body, pictures=shown)
    await chat.send_document(f"{message.slug}.html", letter.page.encode(), _caption(letter))
    await chat.show_below(screen)


@router.callback_query(PreviewAction.filter(F.width.in_(set(WIDTHS))))
async def drawn(_event: CallbackQuery, callback_data: PreviewAction, chat: Chat) -> None:
    """The same in another width."""
    message, letter, _pictures = await _letter(chat, callback_data.message)
    screen = preview_screens.preview(chat._, message, letter, callback_data.width)
    await chat.show(screen)
    await chat.wait()
    if not await _draw(chat, letter, callback_data.width):
        await send_rich(chat.bot, chat.id, letter.body)
    await chat.show_below(screen)


@router.callback_query(MessageAction.filter(F.verb == "to_me"))
async def to_me(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """The letter itself, to the owner's own address."""
    async with chat.begin() as (tx, now):
        await sample.request(tx, chat.user, callback_data.id, now)
    address = show_email(chat.user.email)
    await chat.alert(chat._("The letter is on its way to {email}.", email=address))


async def _letter(
    chat: Chat, message_id: int
) -> tuple[models.Message, Letter, list[models.MessageFile]]:
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, message_id)
        newest = await clients.page(tx, chat.user, 0, 1, receiving=True)
        version = screens.wording(message)
        pictures = await files.loaded(tx, [each for each in version.files if each.is_picture])
        known = await placeholders_of(tx, chat.user)
    letter = as_letter(chat._, version, newest.rows, chat.user, pictures, known)
    return message, letter, pictures


async def _draw(chat: Chat, letter: Letter, width: str) -> bool:
    """Send pictures of the letter, several as an album; False when none could be taken."""
    shots = await chat.deps.camera.take(letter.page, WIDTHS[width])
    if not shots:
        return False
    if len(shots) == 1:
        await chat.send_picture(shots[0], _caption(letter))
        return True
    media = [
        InputMediaPhoto(
            media=BufferedInputFile(shot, f"letter-{number}.png"),
            caption=None if number else _caption(letter),
        )
        for number, shot in enumerate(shots)
    ]
    await chat.bot.send_media_group(chat.id, media)  # type: ignore[arg-type]  # of one kind
    return True


def _caption(letter: Letter) -> str:
    return escape(letter.subject[:_CAPTION])
