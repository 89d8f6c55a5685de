"""The demo: a Telegram and a mail server of our own around the unchanged product."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr

from core.bootstrap import Deps
from core.settings import Settings
from core.tasks import finished_first
from demo.inbox.serve import RunningInbox, serve_inbox
from demo.seed import seed
from demo.stand.serve import DEMO_TOKEN, Running, serve_stand
from demo.tour import Tour

SITE, CHAT, INBOX = 8080, 8081, 8025


@dataclass
class Demo:
    """A stage: opened first, since the product's settings name its addresses."""

    settings: Settings
    tour: bool
    as_json: bool

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Settings]:
        """Start Telegram and inbox; yields the settings of a product that talks to them."""
        self.began = time.monotonic()
        async with AsyncExitStack() as stack:
            folder = self._folder(stack)
            self.stand = await stack.enter_async_context(
                serve_stand(port=self._port(CHAT), folder=folder if not self.tour else None)
            )
            self.inbox = await stack.enter_async_context(serve_inbox(port=self._port(INBOX)))
            yield staged(self.settings, folder, self.stand, self.inbox, self._port(SITE) or spare())

    async def play(self, deps: Deps, memory: Callable[[], float], stop: asyncio.Event) -> int:
        """The tour, or an installation that stays; answers the exit status."""
        if self.tour:
            return await self._tour(deps)
        await seed(deps)
        self._invite(deps.settings)
        if self.as_json:
            await finished_first(asyncio.sleep(3), stop)
            say_json(self._figures(deps.settings, memory()))
        await stop.wait()
        return 0

    async def _tour(self, deps: Deps) -> int:
        """Play the main job; 0 only if the mails arrived."""
        tour = Tour(self.stand.person(), self.inbox.inbox, say, self.began)
        try:
            figures: dict[str, Any] = {"ok": True} | await tour.play()
        except (AssertionError, TimeoutError) as error:
            say(f"The tour stopped: {error}")
            figures = {"ok": False, "delivered": self.inbox.inbox.total}
        if self.as_json:
            say_json(figures | {"services": services(deps.settings)})
        return 0 if figures["ok"] else 1

    def _folder(self, stack: AsyncExitStack) -> Path:
        """The demo remembers over restarts; the tour starts from nothing."""
        if self.tour:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="mail-center-")))
            folder.chmod(0o711)  # PostgreSQL's own account has to enter
            return folder
        return self.settings.data_dir / "demo"

    def _port(self, wanted: int) -> int:
        return 0 if self.tour else free(wanted)

    def _invite(self, settings: Settings) -> None:
        mails = "DEBUG: the mails are printed here" if settings.debug else "the mails arrive here"
        say(
            f"\n  Chat   {self.stand.url}   talk to the bot here (?user=2 is somebody else)"
            f"\n  Inbox  {self.inbox.url}   {mails}"
            f"\n  Site   {settings.public_url}\n\n  Ctrl-C ends everything.\n"
        )

    def _figures(self, settings: Settings, memory_mb: float) -> dict[str, Any]:
        return {
            "ok": True,
            "site": settings.public_url,
            "chat": self.stand.url,
            "inbox": self.inbox.url,
            "seconds_to_start": round(time.monotonic() - self.began - 3, 2),
            "memory_mb": round(memory_mb, 1),
        }


def staged(
    settings: Settings, folder: Path, stand: Running, inbox: RunningInbox, site: int
) -> Settings:
    """Settings for a product on this stage; services that the environment names are kept."""
    return settings.model_copy(
        update={
            "data_dir": folder,
            "bot_token": SecretStr(DEMO_TOKEN),
            "telegram_api_url": stand.url,
            "telegram_webhook": False,
            "webhook_secret": None,
            "smtp_host": "127.0.0.1",
            "smtp_port": inbox.smtp_port,
            "smtp_security": "none",
            "host_user": None,
            "pass_user": None,
            "mail_from": settings.mail_from or "center@mail.example",
            "dkim_domain": None,
            "bounce_domain": None,
            "bounce_listen": None,
            "bounce_imap": None,
            "web_host": "127.0.0.1",
            "web_port": site,
            "public_url": f"http://localhost:{site}",
        }
    )


def services(settings: Settings) -> dict[str, str]:
    """Which services the product ran on."""
    given = {
        "postgresql": settings.database_url,
        "redis": settings.redis_url,
        "rabbitmq": settings.rabbitmq_url,
    }
    return {name: "external" if url else "embedded" for name, url in given.items()}


def free(wanted: int) -> int:
    """This port, or the next one that nobody listens on."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return 0


def spare() -> int:
    """Any port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say(line: str) -> None:
    """To whoever watches."""
    print(line, flush=True)  # noqa: T201


def say_json(figures: dict[str, Any]) -> None:
    """The last line of a command that measures."""
    say(json.dumps(figures, ensure_ascii=False))
