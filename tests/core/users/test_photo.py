"""Photos: checked, made square and small, without what the camera noted."""

from datetime import datetime
from io import BytesIO

import pytest
from PIL import Image

from core.db import Transaction
from core.errors import Invalid
from core.users import photo
from tests import factories


def picture(
    size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", **options: object
) -> bytes:
    target = BytesIO()
    Image.new(mode, size, "navy").save(target, kind, **options)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_becomes_a_small_square(kind: str) -> None:
    made = await photo.fit(picture((1600, 900), kind))
    with Image.open(BytesIO(made)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (512, 512))
    assert len(made) < 50_000


async def test_a_smaller_one_is_not_blown_up() -> None:
    with Image.open(BytesIO(await photo.fit(picture((100, 300))))) as seen:
        assert seen.size == (100, 100)


async def test_what_shines_through_becomes_white() -> None:
    clear = BytesIO()
    Image.new("RGBA", (80, 80), (0, 0, 0, 0)).save(clear, "PNG")
    with Image.open(BytesIO(await photo.fit(clear.getvalue()))) as seen:
        assert seen.getpixel((40, 40)) == (255, 255, 255)


async def test_where_it_was_taken_is_forgotten() -> None:
    noted = Image.Exif()
    noted[0x010E] = "at home"
    made = await photo.fit(picture((200, 200), exif=noted))
    assert b"at home" not in made


@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", b"GIF89a" + b"\0" * 100, picture((300, 300))[:200], picture((40, 40))],
)
async def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        await photo.fit(content)


async def test_a_bomb_is_refused_by_its_measures() -> None:
    bomb = picture((9_000, 9_000), "PNG", "1")
    with pytest.raises(Invalid):
        await photo.fit(bomb)


async def test_a_photo_is_kept_replaced_and_deleted(tx: Transaction, now: datetime) -> None:
    user = await factories.user(tx)
    assert not await photo.has(tx, user.id)
    await photo.put(tx, user, b"first", now)
    await photo.put(tx, user, b"second", now)
    assert await photo.of(tx, user.id) == b"second"
    assert await photo.drop(tx, user)
    assert not await photo.drop(tx, user)
