"""What the tasks of a worker process work with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from core import bot_name
from core.bootstrap import Deps
from core.db import Sessions
from core.delivery.service import Account
from core.letters.service import Post
from core.mail.missing import MissingTransport
from core.mail.presets import account_of, server_of
from core.mail.printing import PrintingTransport
from core.mail.smtp.transport import SmtpTransport
from core.mail.transport import Transport
from core.settings import Settings


@dataclass
class Worker:
    """A process that runs jobs. `stopped` holds the mailings that were frozen or finished."""

    name: str
    settings: Settings
    sessions: Sessions
    transport: Transport
    account: Account
    post: Post
    stop: asyncio.Event
    bot_username: Callable[[], Awaitable[str | None]]
    stopped: set[int] = field(default_factory=set)
    at_work: set[int] = field(default_factory=set)  # runs that this process sends


def build(name: str, deps: Deps, stop: asyncio.Event) -> Worker:
    """A worker with the mail account of the settings."""
    settings, server = deps.settings, server_of(deps.settings)
    transport: PrintingTransport | SmtpTransport | MissingTransport
    if settings.debug:
        transport = PrintingTransport()
    else:
        transport = SmtpTransport(server) if server else MissingTransport()
    account = Account(*account_of(settings))
    username = partial(bot_name.known, deps.redis)
    return Worker(name, settings, deps.sessions, transport, account, transport.post, stop, username)
