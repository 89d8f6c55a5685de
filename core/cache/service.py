"""A cache of rows that is never stale after a write, under the two names it was asked for by.

    await cache.get_or_set_cache(Article, is_queryset_all=True)
    await cache.get_or_set_cache(select(Message).where(Message.owner_id == 7), slug="sale")
    await cache.delete_cache(Article, is_queryset_all=True)

An entry lies in Redis under the generations of what it depends on, which a commit raises. What
Redis may have missed, PostgreSQL's marks tell: an entry is compared with them when it has not been
for CHECKED seconds. Without Redis, everything is read from PostgreSQL.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any, Literal, overload

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Select

from core.cache import marks
from core.cache.flights import Flights
from core.cache.rows import Model, pack, unpack
from core.cache.scoping import scoped
from core.db import Base, Sessions, Transaction

KEPT = 600  # seconds that an entry stays
CHECKED = 0.5  # seconds that an entry is believed without asking PostgreSQL
ANSWER = 1.0  # seconds that Redis has for an answer
AWAY = 5.0  # seconds that Redis is not asked after it had none
WAIT = 2.0  # seconds to wait for another process that reads the same
_GENERATION_KEPT = 86_400
_MOST_CHECKED = 10_000

_AWAY = (RedisError, OSError, TimeoutError)

Load = Callable[[Transaction], Awaitable[Any]]
Asked = type[Model] | Select[Model]


class Cache:
    """One for a process; sessions made with `info={marks.CACHE: cache}` tell it of commits."""

    def __init__(self, redis: "Redis", sessions: Sessions) -> None:
        self._redis = redis
        self._sessions = sessions
        self._checked: dict[str, float] = {}
        self._away_until = 0.0
        self._flights = Flights()

    @overload
    async def get_or_set_cache(
        self,
        model: Asked[Model],
        slug: Any = None,
        type_field: str = "slug",
        *,
        is_queryset_all: Literal[True],
        tx: Transaction | None = None,
    ) -> list[Model]: ...

    @overload
    async def get_or_set_cache(
        self,
        model: Asked[Model],
        slug: Any = None,
        type_field: str = "slug",
        is_queryset_all: Literal[False] = False,
        *,
        tx: Transaction | None = None,
    ) -> Model | None: ...

    async def get_or_set_cache(
        self,
        model: Asked[Model],
        slug: Any = None,
        type_field: str = "slug",
        is_queryset_all: bool = False,
        *,
        tx: Transaction | None = None,
    ) -> list[Model] | Model | None:
        """All rows of a model or of an owner's select, or the one with `slug` in `type_field`.

        Rows come detached. With `tx`, what that transaction has changed itself is seen as well.
        """
        wanted = scoped(model)
        if not is_queryset_all:
            wanted = wanted.where(type_field, slug)

        async def load(tx: Transaction) -> list[dict[str, Any]]:
            return [pack(row) for row in (await tx.scalars(wanted.query)).unique()]

        packed = await self._get(wanted.name, wanted.scopes, load, tx)
        rows = [unpack(wanted.model, row) for row in packed]
        return rows if is_queryset_all else next(iter(rows), None)

    async def delete_cache(
        self, model: Asked[Model], slug: Any = None, *, is_queryset_all: bool = False
    ) -> None:
        """Forget the rows of a model or of an owner's select.

        One row lies in lists as well and under several fields, so its whole scope is forgotten;
        `slug` and `is_queryset_all` say what was meant.
        """
        await self.raised([scoped(model).scopes[-1]])

    async def kept(
        self,
        model: type[Base],
        owner_id: int | None,
        name: str,
        load: Load,
        tx: Transaction | None = None,
    ) -> Any:
        """Something counted from a model's rows, as JSON, under a name of its own."""
        if not marks.is_cached(model):
            raise ValueError(f"{model.__name__} does not say that it is cached")
        scopes = marks.scopes_of(model, owner_id)
        return await self._get(f"{name}:{scopes[-1]}", scopes, load, tx)

    async def raised(self, scopes: Sequence[str]) -> None:
        """What lies under these scopes is no longer looked at."""
        pipe = self._redis.pipeline(transaction=False)
        for scope in scopes:
            pipe.incr(_generation(scope))
            pipe.expire(_generation(scope), _GENERATION_KEPT)
        try:
            await self._answer(pipe.execute)
        except _AWAY:
            self._checked.clear()  # PostgreSQL is asked before the next entry is believed

    # ------------------------------------------------------------------ reading

    async def _get(
        self, name: str, scopes: tuple[str, ...], load: Load, tx: Transaction | None
    ) -> Any:
        if tx is None:
            return await self._flights.join(name, lambda: self._look(name, scopes, load, None))
        if marks.is_touched(tx, scopes):
            return await load(tx)
        return await self._look(name, scopes, load, tx)

    async def _look(
        self, name: str, scopes: tuple[str, ...], load: Load, tx: Transaction | None
    ) -> Any:
        try:
            key = await self._key(name, scopes)
            found = await self._found(key, scopes, tx)
            if found is None:
                mine = await self._is_mine(key)
                wait = self._found_since if mine else self._await_other
                found = await wait(key, scopes, tx)
        except _AWAY:
            return await self._read(load, tx)
        return found[0] if found else await self._fill(key, scopes, load, tx)

    async def _key(self, name: str, scopes: tuple[str, ...]) -> str:
        generations = [_generation(scope) for scope in scopes]
        raised = await self._answer(lambda: self._redis.mget(generations))
        return ":".join(["cache", name, *(str(int(each or 0)) for each in raised)])

    async def _found(
        self, key: str, scopes: tuple[str, ...], tx: Transaction | None
    ) -> tuple[Any] | None:
        """The entry, if it is there and not known to be stale."""
        raw = await self._answer(lambda: self._redis.get(key))
        if raw is None:
            return None
        version, data = json.loads(raw)
        if monotonic() - self._checked.get(key, -CHECKED) < CHECKED:
            return (data,)
        if version != await self._version(scopes, tx):
            return None
        self._believe(key)
        return (data,)

    async def _is_mine(self, key: str) -> bool:
        """Whether this process is the one that reads; others wait for it."""
        lock, kept = f"{key}:lock", int(WAIT * 1000)
        return bool(await self._answer(lambda: self._redis.set(lock, b"1", nx=True, px=kept)))

    async def _found_since(
        self, key: str, scopes: tuple[str, ...], tx: Transaction | None
    ) -> tuple[Any] | None:
        """Whoever read it before may have been ready between our look and our turn."""
        if found := await self._found(key, scopes, tx):
            await self._answer(lambda: self._redis.delete(f"{key}:lock"))
        return found

    async def _await_other(
        self, key: str, scopes: tuple[str, ...], tx: Transaction | None
    ) -> tuple[Any] | None:
        until = monotonic() + WAIT
        while monotonic() < until:
            await asyncio.sleep(0.02)
            if found := await self._found(key, scopes, tx):
                return found
        return None

    async def _fill(
        self, key: str, scopes: tuple[str, ...], load: Load, tx: Transaction | None
    ) -> Any:
        # The version first: what commits in between makes the entry look older than it is.
        version = await self._version(scopes, tx)
        data = await self._read(load, tx)
        pipe = self._redis.pipeline(transaction=False)
        pipe.set(key, json.dumps([version, data]), ex=KEPT)
        pipe.delete(f"{key}:lock")
        try:
            await self._answer(pipe.execute)
            self._believe(key)
        except _AWAY:
            pass  # it is read again next time
        return data

    async def _answer(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """What Redis says; once it says nothing, it is left alone for a while."""
        if monotonic() < self._away_until:
            raise TimeoutError
        try:
            async with asyncio.timeout(ANSWER):
                return await ask()
        except _AWAY:
            self._away_until = monotonic() + AWAY
            raise

    def _believe(self, key: str) -> None:
        if len(self._checked) >= _MOST_CHECKED:
            self._checked.clear()
        self._checked[key] = monotonic()

    async def _version(self, scopes: tuple[str, ...], tx: Transaction | None) -> int:
        if tx is not None:
            return await marks.versions(tx, scopes)
        async with self._sessions() as own:
            return await marks.versions(own, scopes)

    async def _read(self, load: Load, tx: Transaction | None) -> Any:
        if tx is not None:
            return await load(tx)
        async with self._sessions() as own:
            return await load(own)


def _generation(scope: str) -> str:
    return f"cache:generation:{scope}"
