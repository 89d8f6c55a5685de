"""To whom: clients by tags and by the time since their last letter, by a rule with a name."""

from dataclasses import replace

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.mailings import segment_screens as screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.launch import overview
from bot.mailings.people import ask_whom
from bot.mailings.plan import Plan
from bot.mailings.states import TYPED, Launch
from core.clients.fields import MAX_TAG
from core.errors import Conflict, NotFound
from core.mailings import audience, segments
from core.mailings.segments import Segment
from core.typed import one_line

router: Router = Router(name="mailings.segmenting")
Verb = MailingAction.filter


@router.callback_query(Verb(F.verb == "tags"))
async def tags(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The owner's tags."""
    await look_up(chat, chat.draft.get("sought_tag", ""), callback_data.page)


@router.message(Launch.tag, TYPED)
async def search(event: Message, chat: Chat) -> None:
    """Look for a typed text."""
    await look_up(chat, one_line(event.text or "")[:MAX_TAG])


@router.callback_query(Verb(F.verb == "untag"))
async def all_tags(_event: CallbackQuery, chat: Chat) -> None:
    """The whole list again."""
    await look_up(chat, "")


async def look_up(chat: Chat, sought: str, page: int = 0) -> None:
    """The tags with a text in them."""
    async with chat.read() as (tx, _now):
        known = await segments.tags_of(tx, chat.user, sought)
    await show(chat, Plan.from_draft(chat.draft), known, page, sought)


async def turned(chat: Chat, segment: Segment, page: int) -> None:
    """The rule as it is now, with the tags that are on the screen."""
    plan = ruled(Plan.from_draft(chat.draft), segment)
    await show(chat, plan, offered(chat), page, chat.draft.get("sought_tag", ""))


async def show(
    chat: Chat, plan: Plan, known: list[tuple[str, int]], page: int, sought: str
) -> None:
    """The rule with its tags; buttons speak of a tag by its place in what is shown."""
    rule = plan.segment or Segment()
    async with chat.read() as (tx, _now):
        found = await audience.count(tx, chat.user, None, rule)
    page = max(0, min(page, (len(known) - 1) // screens.PER_PAGE))
    screen = screens.choose(chat._, rule, known, page, found, sought)
    await chat.ask(Launch.tag, screen, plan=plan.to_json(), tags=known, sought_tag=sought)


def ruled(plan: Plan, segment: Segment) -> Plan:
    """The plan with a rule; one that leaves nobody out means everybody."""
    return plan.with_(clients=None, segment=None if segment.empty else segment)


def offered(chat: Chat) -> list[tuple[str, int]]:
    """The tags as they are on the screen."""
    return [(tag, n) for tag, n in chat.draft.get("tags") or ()]


@router.callback_query(Verb(F.verb == "tag"))
async def turn(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """With it, without it, either way."""
    plan, known = Plan.from_draft(chat.draft), offered(chat)
    if not 0 <= callback_data.id < len(known):
        raise Conflict
    segment = (plan.segment or Segment()).turned(known[callback_data.id][0])
    await turned(chat, segment, callback_data.page)


@router.callback_query(Verb(F.verb == "quiet"))
async def quiet(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The next pause."""
    rule = Plan.from_draft(chat.draft).segment or Segment()
    place = screens.QUIET.index(rule.quiet_days) if rule.quiet_days in screens.QUIET else 0
    days = screens.QUIET[(place + 1) % len(screens.QUIET)]
    await turned(chat, replace(rule, quiet_days=days), callback_data.page)


@router.callback_query(Verb(F.verb == "name_it"))
async def name_it(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for a name."""
    plan = Plan.from_draft(chat.draft)
    await chat.ask(Launch.segment_name, screens.ask_name(chat._, plan.segment or Segment()))


@router.message(Launch.segment_name, TYPED)
async def named(event: Message, chat: Chat) -> None:
    """Keep the rule; the launch goes on with it."""
    plan = Plan.from_draft(chat.draft)
    async with chat.begin() as (tx, now):
        rule = plan.segment or Segment()
        await segments.save(tx, chat.user, event.text or "", rule, now)
    await overview(chat, plan)


@router.callback_query(Verb(F.verb == "saved"))
async def take_saved(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """A rule with a name."""
    plan = Plan.from_draft(chat.draft)
    async with chat.read() as (tx, _now):
        mine = {each.id: each for each in await segments.saved(tx, chat.user)}
    if callback_data.id not in mine:
        raise NotFound
    rule = Segment.from_json(mine[callback_data.id].rule)
    await overview(chat, plan.with_(clients=None, segment=rule))


@router.callback_query(Verb(F.verb == "unsave"))
async def unsave(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Forget a name; mailings keep their rule."""
    async with chat.begin() as (tx, _now):
        await segments.forget(tx, chat.user, callback_data.id)
    await ask_whom(chat)
