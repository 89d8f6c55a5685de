"""The way from an update to its handler.

aiogram asks the filters of every handler in turn, those that are no coroutines each in a thread of
its own: some two hundred questions before a tap is understood. What a button's data says about the
handlers that may take it is the same each time, so it is found out once; the few that are left are
asked here, in the order in which the routers stand, and without threads.
"""

import inspect
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from aiogram import Dispatcher, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.dispatcher.event.handler import CallableObject, HandlerObject
from aiogram.filters.callback_data import CallbackData, CallbackQueryFilter
from aiogram.types import CallbackQuery, TelegramObject

REMEMBERED = 2048  # buttons

Filters = tuple[CallableObject, ...]
Given = dict[str, Any]
Way = tuple[HandlerObject, Filters, Given]


class Routes:
    """The handlers of one kind of update, those of all routers."""

    def __init__(self, ways: Sequence[tuple[HandlerObject, Filters]]) -> None:
        self._ways: list[Way] = [(handler, filters, {}) for handler, filters in ways]
        self._of_button = lru_cache(REMEMBERED)(self._open)

    async def take(self, event: TelegramObject, **data: Any) -> Any:
        """Hand the event to the first handler whose filters let it through."""
        for handler, filters, given in self._candidates(event):
            passed = await _pass(filters, event, data | given)
            if passed is not None:
                return await handler.call(event, **passed)
        return UNHANDLED

    def _candidates(self, event: TelegramObject) -> Sequence[Way]:
        if isinstance(event, CallbackQuery):
            return self._of_button(event.data or "")
        return self._ways

    def _open(self, data: str) -> Sequence[Way]:
        """The ways that a button's data leaves open, with the data as their handlers get it."""
        read: dict[type[CallbackData], CallbackData | None] = {}
        found = []
        for handler, filters, _ in self._ways:
            given: Given | None = {}
            for each in filters:
                if isinstance(each.callback, CallbackQueryFilter) and given is not None:
                    given = _read(each.callback, data, read)
            if given is not None:
                rest = (each for each in filters if not _is_about_data(each))
                found.append((handler, tuple(rest), given))
        return found


def _is_about_data(each: CallableObject) -> bool:
    return isinstance(each.callback, CallbackQueryFilter)


def _read(
    rule: CallbackQueryFilter, data: str, read: dict[type[CallbackData], CallbackData | None]
) -> Given | None:
    """What the filter would answer, with the data parsed once for all filters of its kind."""
    kind = rule.callback_data
    if kind not in read:
        read[kind] = _parsed(kind, data)
    parsed = read[kind]
    if parsed is None or not (rule.rule is None or rule.rule.resolve(parsed)):
        return None
    return {"callback_data": parsed}


def _parsed(kind: type[CallbackData], data: str) -> CallbackData | None:
    if not data.startswith(kind.__prefix__ + kind.__separator__):
        return None
    try:
        return kind.unpack(data)
    except (TypeError, ValueError):
        return None


async def _pass(filters: Filters, event: TelegramObject, data: Given) -> Given | None:
    """What the handler is called with; None when a filter holds the event back."""
    for each in filters:
        known = data if each.varkw else {name: data[name] for name in each.params & data.keys()}
        answer = each.callback(event, **known)
        if inspect.isawaitable(answer):
            answer = await answer
        if not answer:
            return None
        if isinstance(answer, dict):
            data = data | answer
    return data


def connect(dispatcher: Dispatcher, routers: Collection[Router]) -> None:
    """Let the dispatcher know the routers' handlers; the routers stay as they are. A corrected
    answer goes the way of an answer."""
    for kind, observer in dispatcher.observers.items():
        taken_as = "message" if kind == "edited_message" else kind
        ways = [way for router in routers for way in _ways(router, taken_as, ())]
        if ways:
            observer.register(Routes(ways).take)


def _ways(router: Router, kind: str, above: Filters) -> Iterator[tuple[HandlerObject, Filters]]:
    """A router's handlers, then those of the routers in it, each behind the filters of all."""
    observer = router.observers.get(kind)
    if observer is None:  # "update" is the dispatcher's own
        return
    if list(observer.middleware) or list(observer.outer_middleware):
        raise TypeError(f"{router}: middlewares belong to the dispatcher")
    shared = (*above, *(observer._handler.filters or ()))
    for handler in observer.handlers:
        yield handler, (*shared, *(handler.filters or ()))
    for inner in router.sub_routers:
        yield from _ways(inner, kind, shared)
