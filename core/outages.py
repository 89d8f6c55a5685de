"""What a service that is away looks like: worth waiting for, unlike a mistake of our own."""

import asyncio
from socket import gaierror
from typing import Any

import structlog
from asyncpg.exceptions import InterfaceError
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSilent
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

log = structlog.get_logger(__name__)

# PostgreSQL's classes of errors: the connection failed, no room for one more, it is shutting down.
_AWAY = ("08", "53", "57P")
_ENDED = StopAsyncIteration  # aiormq's word for a connection that ends while it is made
_GONE = (ConnectionError, TimeoutError, NoneFree, gaierror, RedisGone, RedisSilent)


def is_outage(error: BaseException) -> bool:
    """Whether PostgreSQL or Redis is away; of a group, whether that is all there is."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_outage(each) for each in error.exceptions)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _away(error.orig)
    return _away(error)


def unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What the event loop does with an error that nobody waits for any more.

    Drivers leave some of connections that were given up while they were made or closed. It is told
    in a line; whoever needed the connection has had an error of its own.
    """
    error = context.get("exception")
    if error is not None and (is_outage(error) or isinstance(error, _ENDED)):
        log.warning("a connection was given up", reason=repr(error))
    else:
        loop.default_exception_handler(context)


def _away(error: BaseException | None) -> bool:
    """Of the driver's own errors; the one about a closed connection has no code."""
    if isinstance(error, _GONE) or (type(error) is InterfaceError and "closed" in str(error)):
        return True
    if isinstance(error, FileNotFoundError):
        return error.filename is None  # a socket that nobody has open; files are named
    return str(getattr(error, "sqlstate", None) or "").startswith(_AWAY)
