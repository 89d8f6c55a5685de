"""Updates posted to the bot's own address, again and again until it says 200."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from demo.stand.requests import Params, read_response
from demo.stand.updates import Updates

_LONGEST_PAUSE = 10.0
Answer = Callable[[Params], Awaitable[object]]


class Webhook:
    """Delivers in order, one by one; a call in the answer's body is carried out."""

    def __init__(self, updates: Updates) -> None:
        self.url = ""
        self.secret = ""
        self.connections = 40
        self.error: tuple[int, str] | None = None
        self._updates = updates

    def info(self) -> dict[str, Any]:
        """The answer of getWebhookInfo."""
        info: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self.url:
            info |= {"max_connections": self.connections, "ip_address": "127.0.0.1"}
        if self.error:
            info |= {"last_error_date": self.error[0], "last_error_message": self.error[1]}
        if self._updates.allowed:
            info["allowed_updates"] = self._updates.allowed
        return info

    async def run(self, answer: Answer) -> None:
        """Post what waits, forever."""
        pause = 0.5
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
            while True:
                if not self.url or not self._updates.pending:
                    await self._updates.added.wait()
                elif await self._post(http, self._updates.pending[0], answer):
                    pause = 0.5
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)

    async def _post(self, http: aiohttp.ClientSession, update: Any, answer: Answer) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        try:
            async with http.post(self.url, json=update, headers=headers) as response:
                if response.status // 100 != 2:
                    return self._failed(f"Wrong response from the webhook: {response.status}")
                call = await read_response(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return self._failed(f"Connection failed: {type(error).__name__}")
        self._updates.confirm(update["update_id"] + 1)
        if call.text("method"):
            await answer(call)
        return True

    def _failed(self, reason: str) -> bool:
        self.error = (int(time.time()), reason)
        return False
