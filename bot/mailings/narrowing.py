"""To whom: clients of some countries, and some left out by hand."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.mailings import segment_screens as screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.plan import Plan
from bot.mailings.segmenting import ruled
from bot.mailings.states import TYPED, Launch
from core.clients import queries as clients
from core.errors import Conflict
from core.mailings import audience, segments
from core.mailings.segments import Segment

router: Router = Router(name="mailings.narrowing")
Verb = MailingAction.filter
_LONGEST_SEARCH = 100


@router.callback_query(Verb(F.verb == "lands"))
async def lands(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The countries of the owner's clients."""
    plan = Plan.from_draft(chat.draft)
    async with chat.read() as (tx, _now):
        known = await segments.countries_of(tx, chat.user)
    await show_lands(chat, plan, known, callback_data.page)


@router.callback_query(Verb(F.verb == "land"))
async def turn_land(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """With that country, or no more; buttons speak of it by its place in what is shown."""
    plan = Plan.from_draft(chat.draft)
    known = [(code, n) for code, n in chat.draft.get("lands") or ()]
    if not 0 <= callback_data.id < len(known):
        raise Conflict
    segment = (plan.segment or Segment()).moved(known[callback_data.id][0])
    await show_lands(chat, ruled(plan, segment), known, callback_data.page)


async def show_lands(chat: Chat, plan: Plan, known: list[tuple[str, int]], page: int) -> None:
    """The countries with what they mean now."""
    rule = plan.segment or Segment()
    async with chat.read() as (tx, _now):
        found = await audience.count(tx, chat.user, None, rule)
    page = max(0, min(page, (len(known) - 1) // screens.PER_PAGE))
    screen = screens.lands(chat._, rule, known, page, found)
    await chat.show(screen, plan=plan.to_json(), lands=known)


@router.callback_query(Verb(F.verb == "spare"))
async def spare(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """A page of clients to leave out."""
    await show_spared(chat, Plan.from_draft(chat.draft), callback_data.page)


@router.callback_query(Verb(F.verb == "spare_one"))
async def spare_one(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Leave a client out, or no more."""
    plan = Plan.from_draft(chat.draft)
    segment = (plan.segment or Segment()).spared(callback_data.id)
    await show_spared(chat, ruled(plan, segment), callback_data.page)


@router.message(Launch.spare, TYPED)
async def search_spared(event: Message, chat: Chat) -> None:
    """Look for a typed text."""
    text = (event.text or "").strip()[:_LONGEST_SEARCH]
    await show_spared(chat, Plan.from_draft(chat.draft), search=text)


@router.callback_query(Verb(F.verb == "unspare"))
async def unfind_spared(_event: CallbackQuery, chat: Chat) -> None:
    """The whole list again."""
    await show_spared(chat, Plan.from_draft(chat.draft), search="")


async def show_spared(chat: Chat, plan: Plan, page: int = 0, search: str | None = None) -> None:
    """The list with its marks."""
    text = chat.draft.get("sought", "") if search is None else search
    first = page * screens.PER_PAGE
    async with chat.read() as (tx, _now):
        found = await clients.page(
            tx, chat.user, first, screens.PER_PAGE, search=text, receiving=True
        )
    screen = screens.spare(chat._, plan.segment or Segment(), found, text)
    await chat.ask(Launch.spare, screen, plan=plan.to_json(), sought=text)
