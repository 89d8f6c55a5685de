from datetime import datetime

import pytest

from core.db import Transaction
from core.errors import Conflict, Invalid, NotFound
from core.mailings.models import Mailing
from core.messages import queries, service
from core.messages.files import NewFile
from core.messages.models import Message, MessageFile
from tests import factories

PICTURE = NewFile("sun.jpg", "image/jpeg", b"jpeg", 640)
BUTTON = ("To the shop", "https://example.org/sale")


def files_of(message: Message) -> list[MessageFile]:
    assert message.version is not None
    return message.version.files


async def test_a_new_message_is_active_with_its_first_version(
    tx: Transaction, now: datetime
) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "Летняя распродажа", "<p>Hi</p>", now)
    tx.expunge_all()
    found = await queries.get(tx, owner, made.id)
    assert (found.slug, found.active) == ("letnyaya-rasprodazha", True)
    assert found.version is not None
    assert (found.version.no, found.version.subject) == (1, "Летняя распродажа")


async def test_an_edit_adds_a_version_and_keeps_the_old_one(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "One", "<p>1</p>", now)
    await service.edit(tx, owner, made.id, now, subject="Two")
    await service.edit(tx, owner, made.id, now, html="<p>2</p>")
    history = await queries.versions(tx, owner, made.id)
    wordings = [(v.no, v.subject, v.html) for v in history.rows]
    assert wordings == [(3, "Two", "<p>2</p>"), (2, "Two", "<p>1</p>"), (1, "One", "<p>1</p>")]


async def test_the_same_words_again_make_no_version(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "One", "<p>1</p>", now)
    await service.edit(tx, owner, made.id, now, subject=" One ", html="<p>1</p>")
    assert (await queries.versions(tx, owner, made.id)).total == 1


async def test_a_refused_edit_changes_nothing(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "One", "<p>1</p>", now)
    with pytest.raises(Invalid):
        await service.edit(tx, owner, made.id, now, subject="Two", html=" ")
    assert (await queries.versions(tx, owner, made.id)).total == 1


async def test_slugs_are_unique_for_an_owner_only(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    slugs = [(await service.create(tx, owner, "Sale", "x", now)).slug for _ in range(3)]
    assert slugs == ["sale", "sale-2", "sale-3"]
    assert (await service.create(tx, other, "Sale", "x", now)).slug == "sale"


async def test_nobody_reaches_a_message_of_somebody_else(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    made = await service.create(tx, owner, "Sale", "x", now)
    with pytest.raises(NotFound):
        await service.edit(tx, other, made.id, now, subject="Mine")
    with pytest.raises(NotFound):
        await service.set_active(tx, other, made.id, False, now)
    with pytest.raises(NotFound):
        await service.duplicate(tx, other, made.id, now)
    assert (await queries.page(tx, other)).total == 0


async def test_a_page_counts_all_and_finds_by_subject(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    for no in range(10):
        await service.create(tx, owner, f"Letter {no}", "x", now)
    await service.create(tx, owner, "100 % off", "x", now)
    second = await queries.page(tx, owner, 8, 8)
    assert (second.total, len(second.rows)) == (11, 3)
    assert (await queries.page(tx, owner, 800, 8)).offset == 8
    assert [m.slug for m in (await queries.page(tx, owner, search="100 %")).rows] == ["100-off"]


async def test_only_active_ones_can_be_asked_for(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "Sale", "x", now)
    await service.set_active(tx, owner, made.id, False, now)
    assert (await queries.page(tx, owner, active=True)).total == 0
    assert (await queries.page(tx, owner, active=False)).total == 1


async def test_a_copy_is_a_message_of_its_own(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "Sale", "<p>x</p>", now)
    copy = await service.duplicate(tx, owner, made.id, now)
    await service.edit(tx, owner, copy.id, now, subject="Other")
    assert made.version is not None
    assert (copy.slug, made.version.subject) == ("sale-2", "Sale")


async def test_an_older_wording_taken_back_is_a_new_one(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "One", "<p>1</p>", now, [PICTURE], layout="card")
    first = made.version_id
    await service.edit(tx, owner, made.id, now, subject="Two", layout="plain", button=BUTTON)
    await service.edit(tx, owner, made.id, now, remove=[each.id for each in files_of(made)])
    assert first is not None
    back = await service.restore(tx, owner, made.id, first, now)
    assert back.version is not None
    assert (back.version.no, back.version.subject, back.version.layout) == (4, "One", "card")
    assert back.version.button_url is None
    assert [each.name for each in back.version.files] == ["sun.jpg"]
    with pytest.raises(Conflict):
        await service.restore(tx, owner, made.id, back.version.id, now)


async def test_nobody_takes_back_a_wording_of_somebody_else(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    mine = await service.create(tx, owner, "Mine", "x", now)
    theirs = await service.create(tx, other, "Theirs", "x", now)
    assert theirs.version_id is not None
    with pytest.raises(NotFound):
        await service.restore(tx, owner, mine.id, theirs.version_id, now)


async def test_a_copy_has_layout_button_and_files(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "One", "x", now, [PICTURE], layout="card", button=BUTTON)
    copy = (await service.duplicate(tx, owner, made.id, now)).version
    assert copy is not None
    assert (copy.layout, copy.button_text, copy.button_url) == ("card", *BUTTON)
    assert [each.name for each in copy.files] == ["sun.jpg"]
    plain = await service.drop_button(tx, owner, made.id, now)
    assert plain.version is not None
    assert plain.version.button_text is None


async def test_only_what_no_mailing_was_made_of_is_deleted(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    used, unused = [await service.create(tx, owner, name, "x", now) for name in ("Used", "Free")]
    tx.add(Mailing(owner_id=owner.id, message_id=used.id, status="active", accepted_at=now))
    await tx.flush()
    assert await service.delete(tx, owner, unused.id, now) == "Free"
    with pytest.raises(Conflict):
        await service.delete(tx, owner, used.id, now)
    with pytest.raises(NotFound):
        await service.delete(tx, await factories.user(tx), used.id, now)
    assert [each.id for each in (await queries.page(tx, owner)).rows] == [used.id]
    assert await queries.counts(tx, owner) == (1, 0)
