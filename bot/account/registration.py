"""Registration: five questions, each with a likely answer."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from bot.account import proof, screens
from bot.account.asking import ask, ask_country, ask_zone, form_of
from bot.account.callbacks import AccountAction
from bot.account.states import Registration
from bot.kit import Chat
from bot.start.home import FORM, may_register, show_home
from core.errors import Forbidden
from core.i18n import LOCALES, translator
from core.users import fields, service
from core.users.admission import BY_INVITATION
from core.users.rules import check_name

router = Router(name="registration")

TYPED = F.text & ~F.text.startswith("/")
BACK = {translator(locale)(screens.BACK).unescape() for locale in LOCALES}


@router.callback_query(AccountAction.filter(F.verb == "register"))
async def begin(event: CallbackQuery, chat: Chat) -> None:
    """The first question that has no answer yet."""
    if chat.account.user:
        await show_home(chat)
        return
    if not await may_register(chat):
        raise Forbidden(BY_INVITATION)
    form = form_of(chat)
    step = next((step for step in screens.STEPS if step not in form), "zone")
    await ask(chat, step, form, event.from_user.full_name)


@router.callback_query(StateFilter(Registration), AccountAction.filter(F.verb == "step"))
async def step_back(event: CallbackQuery, callback_data: AccountAction, chat: Chat) -> None:
    """An earlier question again; its answer stays until there is a new one."""
    step = callback_data.name if callback_data.name in screens.STEPS else "name"
    await ask(chat, step, form_of(chat), event.from_user.full_name)


@router.callback_query(Registration.name, AccountAction.filter(F.verb == "take_name"))
async def take_name(event: CallbackQuery, chat: Chat) -> None:
    """The name in Telegram will do."""
    await ask(chat, "email", form_of(chat) | {"name": check_name(event.from_user.full_name)})


@router.message(Registration.name, TYPED)
async def typed_name(event: Message, chat: Chat) -> None:
    """A name."""
    await ask(chat, "email", form_of(chat) | {"name": check_name(event.text or "")})


@router.message(Registration.email, TYPED)
async def typed_email(event: Message, chat: Chat) -> None:
    """An address."""
    await ask(chat, "phone", form_of(chat) | {"email": fields.check_email(event.text or "")})


@router.message(Registration.phone, F.text.in_(BACK) | F.text.startswith("/back"))
async def back_to_email(_event: Message, chat: Chat) -> None:
    """The button of the reply keyboard says its words."""
    await ask(chat, "email", form_of(chat))


@router.message(Registration.phone, F.contact)
async def shared_phone(event: Message, chat: Chat) -> None:
    """The number by the button."""
    assert event.contact  # noqa: S101  the filter has seen it
    await take_phone(chat, fields.shared_phone(event.contact.phone_number))


@router.message(Registration.phone, TYPED)
async def typed_phone(event: Message, chat: Chat) -> None:
    """The number in any form."""
    await take_phone(chat, fields.check_phone(event.text or "", locale=chat.account.locale))


async def take_phone(chat: Chat, phone: fields.Phone) -> None:
    """The country follows from the number where it can."""
    form = form_of(chat) | {"phone": phone.number}
    form.pop("country", None)
    await ask_country(chat, form, phone.country)


async def take_country(chat: Chat, code: str) -> None:
    """A country was chosen; the zone follows from it and from the phone."""
    await ask_zone(chat, form_of(chat) | {"country": code})


async def take_zone(chat: Chat, zone: str) -> None:
    """The last answer: register, and wait for the address to be proven."""
    form = form_of(chat)
    if missing := next((step for step in screens.STEPS[:4] if step not in form), None):
        await ask(chat, missing, form)
        return
    answers = service.Registration(**form, timezone=zone, locale=chat.account.locale)
    async with chat.begin() as (tx, now):
        user = await service.register(
            tx,
            chat.account,
            answers,
            now,
            mode=chat.deps.settings.registration,
            quota=chat.deps.settings.first_quota,
        )
    chat.become(user)
    await proof.wait(chat, user.email, **{FORM: None})
