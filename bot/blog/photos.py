"""Pictures of articles in chats: uploaded once, then sent by the number Telegram gave them."""

from collections.abc import Sequence

from aiogram.types import BufferedInputFile, PhotoSize
from redis.exceptions import RedisError

from core.articles import pictures
from core.bootstrap import Deps
from core.errors import NotFound

KEPT = 30 * 24 * 3600  # seconds


class Photos:
    """One picture; Redis remembers its file, and without Redis it is uploaded each time."""

    def __init__(self, deps: Deps, digest: str) -> None:
        self._deps = deps
        self._digest = digest
        token = deps.settings.bot_token
        bot = token.get_secret_value().partition(":")[0] if token else ""
        self._key = f"blog:photo:{bot}:{digest}"

    async def ways(self) -> list[str | BufferedInputFile]:
        """What to send: the file Telegram has, and the picture itself should that be gone."""
        try:
            known = await self._deps.redis.get(self._key)
        except RedisError:
            known = None
        kept = known.decode() if isinstance(known, bytes) else known
        uploads = await self._upload()
        return [kept, *uploads] if kept else uploads

    async def _upload(self) -> list[str | BufferedInputFile]:
        async with self._deps.sessions() as tx:
            try:
                content = await pictures.content_of(tx, self._digest)
            except NotFound:
                return []
        return [BufferedInputFile(content, f"{self._digest}.jpg")]

    async def remember(self, sizes: Sequence[PhotoSize] | None) -> None:
        """Keep the number of a file that was sent."""
        if sizes:
            try:
                await self._deps.redis.set(self._key, sizes[-1].file_id, ex=KEPT)
            except RedisError:
                return
