"""A cache that is never stale after a write, on a real Redis and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.cache import marks, service
from core.cache.service import CHECKED, Cache
from core.clients import own, queries
from core.clients.models import Client, OwnField
from core.db import Sessions, Transaction, open_sessions
from core.mailings.models import Mailing
from core.users.models import User
from tests import factories

Fields = list[OwnField]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    made = Redis.from_url(redis_url)
    await made.flushdb()
    yield made
    await made.aclose()


class Process:
    """One of several processes on the same services."""

    def __init__(self, engine: AsyncEngine, redis: Redis) -> None:
        self.sessions: Sessions = open_sessions(engine)
        self.cache = Cache(redis, self.sessions)
        self.sessions.configure(info={marks.CACHE: self.cache})

    async def titles(self, owner: User) -> list[str]:
        rows = await self.cache.get_or_set_cache(of(owner), is_queryset_all=True)
        return [row.title for row in rows]

    async def add(self, owner: User, title: str) -> None:
        async with self.sessions.begin() as tx:
            await own.add(tx, owner, title, "text", factories.NOW)


def of(owner: User):  # type: ignore[no-untyped-def]  # a select of OwnField
    return select(OwnField).where(OwnField.owner_id == owner.id).order_by(OwnField.id)


@pytest.fixture
async def here(engine: AsyncEngine, redis: Redis) -> Process:
    return Process(engine, redis)


@pytest.fixture
async def there(engine: AsyncEngine, redis: Redis) -> Process:
    return Process(engine, redis)


@pytest.fixture
async def owner(here: Process) -> User:
    async with here.sessions.begin() as tx:
        return await factories.user(tx)


@pytest.fixture
def nobody_hears() -> Redis:
    """A Redis that is away."""
    return Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.1)


async def test_a_list_is_read_once_and_comes_back_as_rows(
    here: Process, there: Process, owner: User
) -> None:
    await here.add(owner, "Рост")
    first = await here.cache.get_or_set_cache(of(owner), is_queryset_all=True)
    reads = count_reads(there)
    [again] = await there.cache.get_or_set_cache(of(owner), is_queryset_all=True)
    assert reads == []
    assert (again.title, again.id, again.created_at) == ("Рост", first[0].id, factories.NOW)
    assert isinstance(again, OwnField)


async def test_one_row_is_found_by_a_field(here: Process, owner: User) -> None:
    await here.add(owner, "Рост")
    found = await here.cache.get_or_set_cache(of(owner), slug="рост", type_field="key")
    assert found is not None
    assert found.title == "Рост"
    assert await here.cache.get_or_set_cache(of(owner), slug="нет", type_field="key") is None
    with pytest.raises(ValueError, match="no column"):
        await here.cache.get_or_set_cache(of(owner), slug="x", type_field="password")


async def test_a_writer_reads_its_own_write_and_others_at_once(
    here: Process, there: Process, owner: User
) -> None:
    for title in ("Рост", "Карта", "Размер"):
        await here.add(owner, title)
        assert (await here.titles(owner))[-1] == title
        assert (await there.titles(owner))[-1] == title


async def test_what_is_not_committed_is_seen_by_its_transaction_alone(
    here: Process, owner: User
) -> None:
    await here.add(owner, "Рост")
    async with here.sessions() as tx:
        await own.add(tx, owner, "Карта", "text", factories.NOW)
        rows = await here.cache.get_or_set_cache(of(owner), is_queryset_all=True, tx=tx)
        assert len(rows) == 2
        assert await here.titles(owner) == ["Рост"]
    assert await here.titles(owner) == ["Рост"]


async def test_others_see_a_write_within_a_second_though_redis_missed_it(
    engine: AsyncEngine, there: Process, owner: User, nobody_hears: Redis
) -> None:
    assert await there.titles(owner) == []
    deaf = Process(engine, nobody_hears)
    await deaf.add(owner, "Рост")
    assert await deaf.titles(owner) == ["Рост"]
    await asyncio.sleep(CHECKED + 0.1)
    assert await there.titles(owner) == ["Рост"]


async def test_a_writer_whose_raise_is_lost_is_not_fooled_by_what_lies_there(
    engine: AsyncEngine, redis: Redis, owner: User, nobody_hears: Redis
) -> None:
    process = Process(engine, redis)
    assert await process.titles(owner) == []
    process.cache._redis = nobody_hears
    await process.add(owner, "Рост")
    process.cache._redis, process.cache._away_until = redis, 0  # back at once
    assert await process.titles(owner) == ["Рост"]


async def test_without_redis_everything_is_read(
    engine: AsyncEngine, owner: User, nobody_hears: Redis
) -> None:
    process = Process(engine, nobody_hears)
    await process.add(owner, "Рост")
    assert await process.titles(owner) == ["Рост"]
    assert (await queries.counted(process.cache, owner)).total == 0


async def test_who_gets_a_turn_looks_again_before_reading(
    here: Process, there: Process, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.add(owner, "Рост")
    reads, is_mine = count_reads(here), here.cache._is_mine

    async def turn_after_the_other(key: str) -> bool:
        await there.titles(owner)
        return await is_mine(key)

    monkeypatch.setattr(here.cache, "_is_mine", turn_after_the_other)
    assert await here.titles(owner) == ["Рост"]
    assert reads == []
    await here.add(owner, "Вес")  # nobody waits for a turn that was not used
    async with asyncio.timeout(2):
        assert await there.titles(owner) == ["Рост", "Вес"]


async def test_many_who_ask_at_once_cause_one_read(
    here: Process, there: Process, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ANSWER", 30.0)  # however slow the machine
    monkeypatch.setattr(service, "WAIT", 30.0)
    await here.add(owner, "Рост")
    reads = count_reads(here), count_reads(there)
    asked = [process.titles(owner) for process in (here, there) for _ in range(50)]
    assert await asyncio.gather(*asked) == [["Рост"]] * 100
    assert len(reads[0]) + len(reads[1]) == 1


async def test_nothing_foreign_is_ever_shown(here: Process, owner: User) -> None:
    async with here.sessions.begin() as tx:
        other = await factories.user(tx)
    await here.add(owner, "Рост")
    assert await here.titles(owner) == ["Рост"]
    assert await here.titles(other) == []
    for wrong in (
        OwnField,
        select(OwnField).where(OwnField.id == 1),
        select(OwnField).where(or_(OwnField.owner_id == owner.id, OwnField.id > 0)),
        select(OwnField).where(OwnField.owner_id >= owner.id),
    ):
        with pytest.raises(ValueError, match="one owner"):
            await here.cache.get_or_set_cache(wrong, is_queryset_all=True)


async def test_what_does_not_say_that_it_is_cached_is_not(here: Process, owner: User) -> None:
    mine = select(Mailing).where(Mailing.owner_id == owner.id)
    with pytest.raises(ValueError, match="does not say"):
        await here.cache.get_or_set_cache(mine, is_queryset_all=True)


async def test_a_change_of_many_rows_reaches_every_owner(here: Process, owner: User) -> None:
    await here.add(owner, "Рост")
    assert await here.titles(owner) == ["Рост"]
    async with here.sessions.begin() as tx:
        await tx.execute(update(OwnField).values(title="Рост, см"))
    assert await here.titles(owner) == ["Рост, см"]


async def test_sql_that_nobody_sees_into_says_what_it_touched(here: Process, owner: User) -> None:
    assert (await queries.counted(here.cache, owner)).total == 0
    async with here.sessions.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO clients (owner_id, email, created_at) VALUES (:owner, 'a@b.c', now())"
            ).bindparams(owner=owner.id)
        )
        marks.touch(tx, Client, owner.id)
    assert (await queries.counted(here.cache, owner)).total == 1


async def test_what_is_rolled_back_marks_nothing(here: Process, owner: User) -> None:
    async with here.sessions() as tx:
        await own.add(tx, owner, "Рост", "text", factories.NOW)
        await tx.rollback()
        assert await marks.versions(tx, marks.scopes_of(OwnField, owner.id)) == 0


async def test_delete_cache_forgets_a_list(here: Process, there: Process, owner: User) -> None:
    await here.add(owner, "Рост")
    await here.titles(owner)
    await there.cache.delete_cache(of(owner), is_queryset_all=True)
    reads = count_reads(here)
    assert await here.titles(owner) == ["Рост"]
    assert len(reads) == 1


def count_reads(process: Process) -> list[Transaction]:
    """The transactions in which rows were really read from now on."""
    reads: list[Transaction] = []
    whole = process.cache._read

    async def read(load, tx):  # type: ignore[no-untyped-def]  # as the method it stands for
        reads.append(tx)
        return await whole(load, tx)

    process.cache._read = read  # type: ignore[method-assign]  # counts, then does the same
    return reads
