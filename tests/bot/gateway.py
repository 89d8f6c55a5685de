"""A gateway between the bot and the local Telegram that fails as tests ask it to."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from aiohttp import ClientSession, web

from demo.serving import serve
from demo.stand.person import Person
from demo.stand.serve import Running
from demo.stand.state import Stand

# Not taken, and said so; lost on its way there; taken, and the answer lost on its way back.
Fault = Literal["refused", "cut", "lost"]
Trouble = Callable[[str, str], Fault | None]
# All but what brings updates: those have to come for the bot to have something to answer.
EVERYTHING = ("send", "edit", "delete", "answer", "setMy", "getMe", "getFile")


class Faulty(Running):
    """A stand behind a gateway: `trouble` says by method and body what goes wrong."""

    def __init__(self, stand: Stand, url: str) -> None:
        super().__init__(stand, url)
        self.trouble: Trouble | None = None
        self.failed: list[str] = []

    def fail(
        self, fault: Fault, *methods: str, chat: int | None = None, times: int = 10_000
    ) -> None:
        """Let so many requests fail whose method begins like this, in one chat or in all."""
        place, left = re.compile(rf'"chat_id": {chat}\b'), times

        def trouble(name: str, body: str) -> Fault | None:
            nonlocal left
            elsewhere = chat is not None and not place.search(body)
            if not name.startswith(methods) or elsewhere or left == 0:
                return None
            left -= 1
            return fault

        self.trouble = trouble

    def mend(self) -> None:
        """Let everything through."""
        self.trouble = None

    def fault(self, name: str, body: bytes) -> Fault | None:
        found = self.trouble(name, body.decode(errors="replace")) if self.trouble else None
        if found:
            self.failed.append(name)
        return found


@asynccontextmanager
async def behind_gateway(stand: Running) -> AsyncIterator[Faulty]:
    """The stand, reached by way of a gateway."""
    async with ClientSession(auto_decompress=False) as session:
        faulty = Faulty(stand.stand, "")

        async def passed_on(request: web.Request) -> web.Response:
            body, name = await request.read(), request.path.rpartition("/")[2]
            fault = faulty.fault(name, body)
            if fault == "refused":
                refused = {"ok": False, "error_code": 502, "description": "Bad Gateway"}
                return web.json_response(refused, status=502)
            if fault == "cut":
                return cut(request)
            kept = {"Content-Type": request.headers.get("Content-Type", "text/plain")}
            url = stand.url + request.path_qs
            async with session.request(request.method, url, data=body, headers=kept) as answer:
                content = await answer.read()
            if fault == "lost":
                return cut(request)
            kept = {"Content-Type": answer.headers["Content-Type"]}
            return web.Response(body=content, status=answer.status, headers=kept)

        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", passed_on)
        async with serve(app, "127.0.0.1", 0) as port:
            faulty.url = f"http://127.0.0.1:{port}"
            yield faulty
            stand.stand.updates.end_poll()  # a bot that is gone waits for no updates


def times(person: Person, words: str) -> int:
    """How many messages of the bot with these words stand in a chat."""
    return sum(words in seen.text for seen in person.messages() if seen.by_bot)


def cut(request: web.Request) -> web.Response:
    """Nothing more goes over this connection."""
    assert request.transport
    request.transport.abort()
    return web.Response()
