"""Start a stand on a port of its own: `async with serve_stand(token) as stand:`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from demo.serving import serve
from demo.stand.app import make_app
from demo.stand.limits import Limits
from demo.stand.person import Person
from demo.stand.state import Stand

DEMO_TOKEN = "1234567890:AAE-local-stand-of-mail-center-00000"


class Running:
    """A stand that listens."""

    def __init__(self, stand: Stand, url: str) -> None:
        self.stand = stand
        self.url = url
        """What TELEGRAM_API_URL has to be; the chat page is there, too."""

    def person(self, number: int = 1, language: str = "ru") -> Person:
        """Somebody to talk to the bot."""
        return Person(self.stand, number, language)


@asynccontextmanager
async def serve_stand(
    token: str = DEMO_TOKEN,
    host: str = "127.0.0.1",
    port: int = 0,
    folder: Path | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[Running]:
    """Serve the Bot API and the chat page; with `folder` they remember over restarts."""
    stand = Stand(token, limits=limits or Limits(), folder=folder)
    async with serve(make_app(stand), host, port) as bound:
        yield Running(stand, f"http://{host}:{bound}")
