"""What every page needs: its language, its translator, links that lead out."""

import time
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from jinja2 import FileSystemLoader

from admin_web import assets
from core import bot_name
from core.bootstrap import Deps
from core.i18n import LOCALES, Translator, translator

LOADER = FileSystemLoader(Path(__file__).parent / "templates")
FRESH = 60.0  # seconds for which the bot's name is not asked again


class BotLink:
    """The address of the chat, asked of Redis once a minute."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._name: str | None = None
        self._asked = -FRESH

    async def __call__(self) -> str | None:
        return bot_name.link(self._deps.settings, await self._known())

    async def start(self, payload: str) -> str | None:
        """The address that opens the chat and hands `payload` to the bot."""
        return bot_name.start_link(self._deps.settings, await self._known(), payload)

    async def _known(self) -> str | None:
        if time.monotonic() - self._asked > FRESH or self._name is None:
            self._name = await bot_name.known(self._deps.redis)
            self._asked = time.monotonic()
        return self._name


DEPS = web.AppKey("deps", Deps)
BOT = web.AppKey("bot", BotLink)
LOCALE = web.RequestKey("locale", str)


def locale_of(request: web.Request) -> str:
    """?lang= if it is one of ours, else the first language of the browser that we speak."""
    asked = request.query.get("lang", "")
    if asked in LOCALES:
        return asked
    for language in _accepted(request.headers.get("Accept-Language", "")):
        if language in LOCALES:
            return language
    return "en"


def _accepted(header: str) -> list[str]:
    """Languages by the reader's liking, region left aside."""
    weighed = []
    for part in header[:500].split(","):
        name, _, weight = part.strip().partition(";q=")
        weighed.append((-_number(weight), name.split("-")[0].lower()))
    return [name for _, name in sorted(weighed, key=lambda pair: pair[0])]


def _number(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0


def translator_of(request: web.Request) -> Translator:
    """The translator of the page's language."""
    return translator(request.get(LOCALE) or locale_of(request))


async def context(request: web.Request) -> dict[str, Any]:
    """Names that every template knows."""
    _ = translator_of(request)
    other = next(locale for locale in LOCALES if locale != _.locale)
    return {
        "_": _,
        "locale": _.locale,
        "other": other,
        "inside": request.path.startswith("/admin/"),
        "other_url": str(request.rel_url.update_query(lang=other)),
        "asset": assets.address,
        "bot_url": await request.app[BOT](),
        "site": request.app[DEPS].settings.public_url.rstrip("/"),
    }


async def render(
    request: web.Request, template: str, *, status: int = 200, **values: Any
) -> web.Response:
    """A page that is never kept by anybody on the way."""
    names = await context(request) | values
    response = aiohttp_jinja2.render_template(template, request, names, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
