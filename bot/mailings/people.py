"""To whom: all active clients, or some chosen by hand from a list with check marks."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.mailings import choice_screens as screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.choice_screens import PER_PAGE
from bot.mailings.launch import overview
from bot.mailings.plan import Plan
from bot.mailings.states import TYPED, Launch
from core.clients import queries as clients
from core.clients.models import Client
from core.errors import Invalid
from core.i18n import N_, number
from core.mailings import segments
from core.mailings.audience import MOST_CHOSEN

router: Router = Router(name="mailings.people")
Verb = MailingAction.filter
_LONGEST_SEARCH = 100
TOO_MANY = N_(
    "More than {most} would be chosen: too many to choose by hand. Search for fewer, or choose them"
    " by a tag or a country: “Back”, then “By rule”."
)


@router.callback_query(Verb(F.verb == "who"))
async def who(_event: CallbackQuery, chat: Chat) -> None:
    """All or some."""
    await ask_whom(chat)


async def ask_whom(chat: Chat) -> None:
    """The ways to choose, and the rules kept under a name."""
    plan = Plan.from_draft(chat.draft)
    async with chat.read() as (tx, _now):
        counts = await clients.counts(tx, chat.user)
        kept = await segments.saved(tx, chat.user)
    await chat.show(screens.who(chat._, plan, counts, kept), sought="", sought_tag="")


@router.callback_query(Verb(F.verb == "all"))
async def everybody(_event: CallbackQuery, chat: Chat) -> None:
    """All active clients, those added later too."""
    await overview(chat, Plan.from_draft(chat.draft).with_(clients=None, segment=None))


@router.callback_query(Verb(F.verb == "hand"))
async def by_hand(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """A page of clients."""
    await choose(chat, Plan.from_draft(chat.draft), callback_data.page)


@router.callback_query(Verb(F.verb == "pick"))
async def pick(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Tick a client, or take the tick away."""
    plan = Plan.from_draft(chat.draft).toggled(callback_data.id)
    await choose(chat, plan, callback_data.page)


@router.message(Launch.search, TYPED)
async def search(event: Message, chat: Chat) -> None:
    """Look for a typed text."""
    text = (event.text or "").strip()[:_LONGEST_SEARCH]
    await choose(chat, Plan.from_draft(chat.draft), search=text)


@router.callback_query(Verb(F.verb == "unfind"))
async def unfind(_event: CallbackQuery, chat: Chat) -> None:
    """The whole list again."""
    await choose(chat, Plan.from_draft(chat.draft), search="")


@router.callback_query(Verb(F.verb == "found"))
async def choose_found(_event: CallbackQuery, chat: Chat) -> None:
    """Tick everybody the search found, or nobody: never a part that nobody chose."""
    plan, text = Plan.from_draft(chat.draft), chat.draft.get("sought", "")
    found = clients.of(chat.user).where(clients.matching(text), clients.RECEIVING)
    ids = found.with_only_columns(Client.id).limit(MOST_CHOSEN + 1)
    async with chat.read() as (tx, _now):
        new = (await tx.scalars(ids)).all()
    chosen = tuple({*(plan.clients or ()), *new})
    if len(chosen) > MOST_CHOSEN:
        raise Invalid(TOO_MANY, most=number(MOST_CHOSEN, chat._.locale))
    await choose(chat, plan.with_(clients=chosen, segment=None))


async def choose(chat: Chat, plan: Plan, page: int = 0, search: str | None = None) -> None:
    """Show the list; a typed text is a search."""
    text = chat.draft.get("sought", "") if search is None else search
    async with chat.read() as (tx, _now):
        found = await clients.page(
            tx, chat.user, page * PER_PAGE, PER_PAGE, search=text, receiving=True
        )
    screen = screens.by_hand(chat._, plan, found, text)
    await chat.ask(Launch.search, screen, plan=plan.to_json(), sought=text)
