"""Filters and sorting by what a resource allows; anything else in the address is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Boolean, ColumnElement, String, and_, or_
from sqlalchemy.dialects.postgresql import TIMESTAMP

from admin_web.admin.resource import Resource

KNOWN = {"q", "sort", "after", "before", "lang"}
YES_NO = ("yes", "no")
MOST_WORDS = 6
_BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Wanted:
    """What a list's address asks for, checked."""

    search: str
    filters: Mapping[str, str]
    sort: str
    down: bool
    after: str | None
    before: str | None

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.filters)


def wanted(resource: Resource, query: Mapping[str, str]) -> Wanted:
    """Read the address; HTTPBadRequest for what the resource does not allow."""
    unknown = query.keys() - KNOWN - set(resource.filters)
    sort = query.get("sort", "-id")
    column = sort.removeprefix("-")
    if unknown or column not in ("id", *resource.sorts) or len(query.get("q", "")) > 200:
        raise web.HTTPBadRequest
    filters = {name: query[name] for name in resource.filters if query.get(name)}
    for name, value in filters.items():
        _check(resource, name, value)
    return Wanted(
        search=query.get("q", "").strip().replace("\0", ""),
        filters=filters,
        sort=column,
        down=sort.startswith("-"),
        after=query.get("after"),
        before=query.get("before"),
    )


def choices(resource: Resource, name: str) -> tuple[str, ...]:
    """What a filter offers; empty for one that is typed."""
    column = getattr(resource.model, name)
    if isinstance(column.type, Boolean | TIMESTAMP):
        return YES_NO
    return CHOICES.get((resource.name, name), ())


def condition(resource: Resource, name: str, value: str) -> ColumnElement[bool]:
    """A filter as SQL."""
    column: ColumnElement[Any] = getattr(resource.model, name)
    if isinstance(column.type, Boolean):
        return column.is_(value == "yes")
    if isinstance(column.type, TIMESTAMP):
        return column.is_not(None) if value == "yes" else column.is_(None)
    return column == (value if isinstance(column.type, String) else int(value))


def matching(resource: Resource, typed: str) -> ColumnElement[bool]:
    """Every word somewhere in the searched columns; a number may be the row's own."""
    words = typed.split()[:MOST_WORDS]
    found = [_has(resource, word) for word in words]
    by_number = not isinstance(resource.keys[0].type, String)
    if by_number and len(words) == 1 and words[0].isdigit() and int(words[0]) <= _BIGGEST:
        return or_(*found, resource.keys[0] == int(words[0]))
    return and_(*found)


def _has(resource: Resource, word: str) -> ColumnElement[bool]:
    if resource.by_index:
        return resource.by_index(word)
    return or_(*(column.icontains(word, autoescape=True) for column in resource.search))


def _check(resource: Resource, name: str, value: str) -> None:
    offered = choices(resource, name)
    column = getattr(resource.model, name)
    number = not isinstance(column.type, String) and not offered
    if (offered and value not in offered) or (
        number and not (value.isdigit() and int(value) <= _BIGGEST)
    ):
        raise web.HTTPBadRequest


CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("mailings", "status"): ("active", "frozen", "finished"),
    ("runs", "status"): ("preparing", "sending", "finished"),
    ("deliveries", "status"): (
        "queued",
        "sending",
        "sent",
        "deferred",
        "failed",
        "uncertain",
        "skipped",
    ),
    ("letters", "status"): ("queued", "sending", "sent", "deferred", "failed", "uncertain"),
    ("letters", "purpose"): ("confirm", "sign_in", "no_account", "password", "sender", "moved"),
    ("email_tokens", "purpose"): ("confirm", "sign_in", "password", "sender"),
    ("jobs", "status"): ("queued", "running", "done", "failed"),
    ("jobs", "queue"): ("mail.tx", "mail.bulk"),
    ("past_outcomes", "decision"): ("send_again", "count_as_sent"),
    ("users", "admission"): ("approved", "waiting", "refused"),
    ("users", "locale"): ("ru", "en"),
    ("suppressions", "reason"): ("bounce", "complaint", "by_hand"),
    ("returns", "kind"): ("bounce", "complaint"),
    ("articles", "locale"): ("ru", "en"),
    ("audit_log", "via"): ("site", "bot", "command"),
}
