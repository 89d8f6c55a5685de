"""The owner's photo: sent, replaced, deleted."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.account import photo_screens as screens
from bot.account import profile
from bot.account.callbacks import AccountAction
from bot.account.states import Profile
from bot.kit import Chat
from core.errors import Invalid
from core.users import photo

router = Router(name="photo")

PICTURE = F.photo | (F.document & F.document.mime_type.startswith("image/"))


@router.callback_query(AccountAction.filter(F.verb == "photo"))
async def show(_event: CallbackQuery, chat: Chat) -> None:
    """The photo there is; another one can be sent."""
    async with chat.read() as (tx, _now):
        has = await photo.has(tx, chat.user.id)
    await chat.ask(Profile.photo, screens.ask_photo(chat._, has=has))


@router.message(Profile.photo, PICTURE)
async def take(event: Message, chat: Chat) -> None:
    """Checked, made small, kept."""
    user = chat.user
    file = event.photo[-1] if event.photo else event.document
    assert file  # noqa: S101  the filter has seen one of them
    made = await photo.fit(await chat.download(file.file_id, photo.MOST_BYTES))
    async with chat.begin() as (tx, now):
        await photo.put(tx, user, made, now)
    await profile.show_profile(chat, user, chat._("✓ Saved."))


@router.message(Profile.photo, ~F.text.startswith("/"))
async def no_picture(_event: Message) -> None:
    """Something else was sent."""
    raise Invalid(photo.NOT_A_PHOTO)


@router.callback_query(AccountAction.filter(F.verb == "photo_drop"))
async def drop(_event: CallbackQuery, chat: Chat) -> None:
    """Nothing is left of it."""
    async with chat.begin() as (tx, _now):
        dropped = await photo.drop(tx, chat.user)
    note = chat._("The photo is deleted.") if dropped else None
    await profile.show_profile(chat, chat.user, note)
