"""Start the mail server and its page: `async with serve_inbox() as inbox:`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from demo.inbox.box import Inbox
from demo.inbox.page import make_app
from demo.inbox.smtp import serve_smtp
from demo.serving import serve


@dataclass(frozen=True)
class RunningInbox:
    """An inbox that listens."""

    inbox: Inbox
    url: str
    smtp_host: str
    smtp_port: int


@asynccontextmanager
async def serve_inbox(
    host: str = "127.0.0.1", port: int = 0, smtp_port: int = 0
) -> AsyncIterator[RunningInbox]:
    """Take mails by SMTP and show them at `url`; port 0 means any free one."""
    inbox = Inbox()
    async with serve_smtp(inbox, host, smtp_port) as smtp:
        app = make_app(inbox, f"{host}:{smtp}")
        async with serve(app, host, port) as bound:
            yield RunningInbox(inbox, f"http://{host}:{bound}", host, smtp)
