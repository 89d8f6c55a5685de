"""Updates find the handlers that aiogram would have found, with fewer questions."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, F, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, Update

from bot.app import SUBJECTS, make_dispatcher
from bot.routes import connect
from core.bootstrap import Deps
from demo.stand.serve import DEMO_TOKEN


class Fruit(CallbackData, prefix="fr"):
    verb: str
    id: int = 0


class Tree(CallbackData, prefix="tr"):
    verb: str


class Basket(StatesGroup):
    open = State()


PERSON = {"id": 5, "is_bot": False, "first_name": "Anna"}
CHAT = {"id": 5, "type": "private"}


def orchard() -> Router:
    """Routers in routers, filters of all kinds."""
    outer, inner, last = Router(), Router(), Router()
    inner.message.filter(F.text != "secret")

    @inner.callback_query(Basket.open, Fruit.filter(F.verb == "eat"))
    async def eat_from_basket(_event: CallbackQuery) -> str:
        return "from the basket"

    @inner.callback_query(Fruit.filter(F.verb == "eat"))
    async def eat(_event: CallbackQuery, callback_data: Fruit) -> str:
        return f"fruit {callback_data.id}"

    @inner.message(Basket.open, F.text)
    async def put(event: Message, raw_state: str) -> str:
        return f"{event.text} in {raw_state}"

    @last.callback_query(Tree.filter())
    async def climb(_event: CallbackQuery) -> str:
        return "tree"

    @last.callback_query()
    async def old(_event: CallbackQuery) -> str:
        return "an old button"

    outer.include_routers(inner, last)
    return outer


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    made = Bot(DEMO_TOKEN)
    yield made
    await made.session.close()


@pytest.fixture(params=["connected", "included"])
def dispatcher(request: pytest.FixtureRequest) -> Dispatcher:
    """One that asks by our table, and one that asks aiogram's way: they have to agree."""
    made = Dispatcher(disable_fsm=True)
    if request.param == "connected":
        connect(made, [orchard()])
    else:
        made.include_router(orchard())
    return made


def tap(data: str) -> Update:
    query = {"id": "1", "from": PERSON, "chat_instance": "5", "data": data}
    return Update.model_validate({"update_id": 1, "callback_query": query})


def said(text: str) -> Update:
    message = {"message_id": 1, "date": 1, "chat": CHAT, "from": PERSON, "text": text}
    return Update.model_validate({"update_id": 1, "message": message})


@pytest.mark.parametrize(
    ("update", "state", "answer"),
    [
        (tap("fr:eat:7"), None, "fruit 7"),
        (tap("fr:eat:7"), "Basket:open", "from the basket"),
        (tap("fr:eat:seven"), None, "an old button"),
        (tap("fr:eat"), None, "an old button"),
        (tap("fr:throw:7"), None, "an old button"),
        (tap("from:eat:7"), None, "an old button"),
        (tap("tr:up"), None, "tree"),
        (tap(""), None, "an old button"),
        (said("apple"), "Basket:open", "apple in Basket:open"),
        (said("apple"), None, UNHANDLED),
        (said("secret"), "Basket:open", UNHANDLED),
    ],
)
async def test_the_first_handler_whose_filters_agree_answers(
    dispatcher: Dispatcher, bot: Bot, update: Update, state: str | None, answer: Any
) -> None:
    for _again in range(2):
        assert await dispatcher.feed_update(bot, update, raw_state=state) == answer


def test_a_middleware_where_nobody_would_call_it_is_refused() -> None:
    async def middleware(handler: Any, event: Any, data: dict[str, Any]) -> Any:
        return await handler(event, data)

    router = orchard()
    router.callback_query.middleware(middleware)
    with pytest.raises(TypeError, match="dispatcher"):
        connect(Dispatcher(disable_fsm=True), [router])


async def test_all_kinds_of_updates_that_routers_take_are_asked_for(deps: Deps) -> None:
    wanted = {kind for part in SUBJECTS for kind in part.router.resolve_used_update_types()}
    asked = set(make_dispatcher(deps).resolve_used_update_types())
    assert asked == wanted | {"edited_message"}  # goes the way of a message
    assert {"callback_query", "message", "my_chat_member"} <= wanted
