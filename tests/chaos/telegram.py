"""Telegram in a bad mood: refusals, silence, answers that get lost, updates that come again."""

import asyncio
import json
from collections import deque
from typing import Any

from aiohttp import web

from demo.serving import Handler

REMEMBERED = 20


class Mood:
    """What the next requests of the bot meet: a fault each, in their order."""

    def __init__(self) -> None:
        self._due: deque[tuple[str, float]] = deque()
        self._delivered: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self.met = 0

    def order(self, kind: str, lasts: float) -> None:
        """The next fitting request meets this."""
        self._due.append((kind, lasts))

    def end(self) -> None:
        """No more of it."""
        self._due.clear()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Stands before the methods of the Bot API."""
        if not request.path.startswith("/bot"):
            return await handler(request)
        polls = request.path.lower().endswith("/getupdates")
        kind, lasts = self._next(polls)
        if kind == "429":
            return _refusal(429, "Too Many Requests: retry after 1", retry_after=1)
        if kind == "5xx":
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        if kind == "time-out":
            await asyncio.sleep(lasts)
            return web.Response(status=504, text="")
        response = await handler(request)
        if kind == "lost" and request.transport:
            request.transport.abort()
        return self._again(response, kind) if polls else response

    def _next(self, polls: bool) -> tuple[str, float]:
        """Only polls bring updates, and only what is no poll has an effect to lose."""
        if self._due and (self._due[0][0] != "duplicates" or polls):
            self.met += 1
            return self._due.popleft()
        return "", 0.0

    def _again(self, response: web.StreamResponse, kind: str) -> web.StreamResponse:
        """Updates that were delivered already come before the new ones."""
        assert isinstance(response, web.Response)
        body = json.loads(response.text or "{}")
        if not isinstance(new := body.get("result"), list):
            return response
        old = list(self._delivered) if kind == "duplicates" else []
        self._delivered.extend(new)
        return web.json_response(body | {"result": old + new}) if old else response


def _refusal(code: int, description: str, **parameters: Any) -> web.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return web.json_response(body | {"parameters": parameters}, status=code)
