"""The page that takes files of clients too large for Telegram."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData, MultipartWriter, web
from sqlalchemy import func, select

from admin_web.public import upload
from core.bootstrap import Deps
from core.clients import upload_links, uploads
from core.clients.reading import Look
from core.clients.table import MAX_BYTES, MB
from core.clients.upload_links import Link
from core.clients.uploads import Upload, UploadPart
from core.db import clock
from core.keys import key_for
from core.users.models import TelegramAccount
from tests import factories
from tests.admin_web.conftest import ORIGIN, Browser

OWN = {"Origin": ORIGIN}
CHAT = 4711
ROWS = "ФИО;E-mail\nАнна;anna@example.org\nИван;ivan@example.org\n".encode()


@pytest.fixture
async def link(deps: Deps) -> Link:
    """Of an owner with a chat."""
    async with deps.sessions.begin() as tx:
        owner = await factories.user(tx, name="Анна <b>")
        account = TelegramAccount(telegram_id=CHAT, user_id=owner.id, created_at=factories.NOW)
        tx.add(account)
        return Link(owner.id, CHAT)


async def page_of(deps: Deps, link: Link) -> str:
    async with deps.sessions() as tx:
        found = upload_links.page(deps.settings, link, "en", await clock(tx))
    assert found
    assert found.startswith(ORIGIN)
    return found.removeprefix(ORIGIN)


def form(name: str = "clients.csv", content: bytes = ROWS) -> FormData:
    data = FormData()
    data.add_field("file", content, filename=name)
    return data


async def kept(deps: Deps) -> list[Upload]:
    async with deps.sessions() as tx:
        return list(await tx.scalars(select(Upload).order_by(Upload.id)))


async def test_opening_the_page_changes_nothing_and_the_file_is_kept_whole(
    browser: Browser, deps: Deps, link: Link
) -> None:
    page = await page_of(deps, link)
    shown = await (await browser.get(page)).text()
    assert "For the list of Анна &lt;b&gt;" in shown
    assert "up to 100 MB and 500,000 rows" in shown
    assert 'enctype="multipart/form-data"' in shown
    assert await kept(deps) == []
    large = ROWS + b"".join(b"Name;person%d@example.org\n" % n for n in range(50_000))
    answer = await browser.post(page, data=form(content=large), headers=OWN)
    told = await answer.text()
    assert answer.status == 200, told
    assert "clients.csv</strong> · 50,002 rows" in told
    [file] = await kept(deps)
    assert (file.owner_id, file.telegram_id, file.size) == (link.user_id, CHAT, len(large))
    assert file.seen["columns"] == {"name": 0, "email": 1}
    async with deps.sessions() as tx:
        with uploads.workplace(deps.settings) as folder:
            await uploads.fetch(tx, file, folder / "whole")
            assert (folder / "whole").read_bytes() == large
    above = deps.settings.data_dir / uploads.FOLDER
    assert list(above.iterdir()) == []
    left, long_ago = above / "left", time.time() - uploads.KEPT_FOR.total_seconds() - 1
    left.mkdir()
    os.utime(left, (long_ago, long_ago))
    with uploads.workplace(deps.settings):
        assert not left.exists()


async def test_what_is_no_list_of_clients_is_refused_in_words(
    browser: Browser, deps: Deps, link: Link
) -> None:
    page = await page_of(deps, link)
    for name, content, told in (
        ("clients.pdf", b"%PDF-1.7", "is not a table"),
        ("clients.csv", b"\0" + b"\1\2" * 100, "not a text table"),
        ("clients.xlsx", b"PK\x03\x04 broken", "cannot be opened"),
        ("", b"", "choose a file first"),
    ):
        answer = await browser.post(page, data=form(name, content), headers=OWN)
        shown = await answer.text()
        assert answer.status == 422
        assert told in shown
        assert '<input type="file"' in shown
    answer = await browser.post(page, data={"file": "x"}, headers=OWN)
    assert answer.status == 422
    assert "choose a file first" in await answer.text()
    assert await kept(deps) == []


async def test_a_file_above_the_limit_is_refused_however_long_it_says_it_is(
    browser: Browser, deps: Deps, link: Link
) -> None:
    page = await page_of(deps, link)
    honest = await browser.post(page, data=form(content=b" " * (MAX_BYTES + MB)), headers=OWN)
    assert honest.status == 413
    assert "The file is 101 MB; up to 100 MB can be taken" in await honest.text()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BYTES // MB + 2):
            yield b" " * MB

    parts = MultipartWriter("form-data")
    part = parts.append(endless())
    part.set_content_disposition("form-data", name="file", filename="c.csv")
    silent = await browser.post(page, data=parts, headers=OWN)
    assert silent.status == 413
    assert await kept(deps) == []


async def test_only_a_fresh_link_of_a_chat_that_is_signed_in_opens_the_page(
    browser: Browser, deps: Deps, link: Link
) -> None:
    async with deps.sessions() as tx:
        now = await clock(tx)
    key = key_for(deps.settings, upload_links.KEY)
    old = upload_links.sign(link, now - timedelta(seconds=1), key)
    foreign = upload_links.sign(link, now + timedelta(hours=1), b"another key")
    other = upload_links.sign(Link(link.user_id, 12), now + timedelta(hours=1), key)
    good = upload_links.sign(link, now + timedelta(hours=1), key)
    broken = good[:-1] + ("A" if good[-1] != "A" else "B")
    for token, status, told in (
        (old, 410, "too old"),
        (foreign, 404, "not known here"),
        (broken, 404, "not known here"),
        ("x", 404, "not known here"),
        (other, 404, "no account any more"),
    ):
        address = f"/upload/{token}"
        for answer in (
            await browser.get(address),
            await browser.post(address, data=form(), headers=OWN),
        ):
            assert answer.status == status
            assert told in await answer.text()
    assert (await browser.get(f"/upload/{good}")).status == 200
    assert await kept(deps) == []


async def test_another_sites_form_uploads_nothing(browser: Browser, deps: Deps, link: Link) -> None:
    page = await page_of(deps, link)
    foreign = {"Origin": "https://evil.example"}
    assert (await browser.post(page, data=form(), headers=foreign)).status == 403
    assert (await browser.put(page, data=form(), headers=OWN)).status == 405
    assert await kept(deps) == []


async def test_an_owners_second_file_waits_for_the_first(
    browser: Browser, deps: Deps, link: Link
) -> None:
    page, more = await page_of(deps, link), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield ROWS
        await more.wait()

    parts = MultipartWriter("form-data")
    part = parts.append(slow())
    part.set_content_disposition("form-data", name="file", filename="c.csv")
    async with asyncio.TaskGroup() as group:
        first = group.create_task(browser.post(page, data=parts, headers=OWN))
        app = browser.app
        assert isinstance(app, web.Application)
        while not app[upload.IN_HAND]:  # noqa: ASYNC110  the page has no bell
            await asyncio.sleep(0.01)
        second = await browser.post(page, data=form(), headers=OWN)
        assert second.status == 429
        assert "Other files are on their way" in await second.text()
        more.set()
    assert first.result().status == 200
    assert len(await kept(deps)) == 1


async def test_the_oldest_makes_room_and_what_nobody_loads_goes(
    deps: Deps, link: Link, tmp_path: Path
) -> None:
    path = tmp_path / "clients"
    path.write_bytes(ROWS)
    look = Look(["E-mail"], {"email": 0}, [["anna@example.org"]], 1)
    for n in range(uploads.MOST + 1):
        async with deps.sessions.begin() as tx:
            await uploads.keep(tx, link, f"{n}.csv", path, look, await clock(tx))
    assert [file.name for file in await kept(deps)] == ["1.csv", "2.csv", "3.csv"]
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        assert await uploads.forget_old(tx, now) == 0
        assert await uploads.forget_old(tx, now + uploads.KEPT_FOR) == uploads.MOST
        assert await tx.scalar(select(func.count()).select_from(UploadPart)) == 0
