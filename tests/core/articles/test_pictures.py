"""Pictures are read with care and encoded anew."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from core.articles import pictures, service
from core.articles.pictures import LARGEST, fit
from core.db import Transaction, clock
from core.errors import Invalid, NotFound
from tests import factories


def encoded(kind: str = "JPEG", size: tuple[int, int] = (900, 500), **more: object) -> bytes:
    target = BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, size, (200, 30, 30, 0) if mode == "RGBA" else (200, 30, 30)).save(
        target, kind, **more
    )
    return target.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that say they are a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        sum_ = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + sum_

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_kind_becomes_a_jpeg_in_two_sizes(kind: str) -> None:
    made = fit("a", encoded(kind, (3200, 1600)))
    large, small = Image.open(BytesIO(made.content)), Image.open(BytesIO(made.small))
    assert (large.format, large.size) == ("JPEG", (1600, 800)) == ("JPEG", made.size)
    assert (small.format, small.size) == ("JPEG", (800, 400)) == ("JPEG", made.small_size)


def test_what_the_camera_noted_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    made = fit("a.jpg", encoded(exif=exif.tobytes()))
    assert b"at home" not in made.content
    assert not Image.open(BytesIO(made.content)).getexif()


def test_a_picture_lying_on_its_side_is_put_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert fit("a.jpg", encoded(size=(900, 500), exif=exif.tobytes())).size == (500, 900)


def test_what_shines_through_becomes_white() -> None:
    picture = Image.open(BytesIO(fit("a.png", encoded("PNG")).content))
    assert picture.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 500 500\nshowpage\n",
        b"GIF89a" + b"\0" * 50,
        encoded()[:300],
        png_claiming(50_000, 50_000),
        png_claiming(9_000, 9_000),
        encoded(size=(100, 900)),
        b"\xff\xd8" + b"x" * (LARGEST + 1),
    ],
    ids=["nothing", "svg", "eps", "broken", "cut", "bomb", "large", "narrow", "heavy"],
)
def test_what_is_no_picture_or_too_much_of_one_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Invalid):
        fit("a", content)


async def test_the_same_picture_is_kept_once_and_only_while_an_article_has_it(
    tx: Transaction,
) -> None:
    now, new = await clock(tx), fit("a.jpg", encoded())
    one, two = await factories.article(tx), await factories.article(tx)
    for article in (one, two):
        await service.set_picture(tx, article, new, now)
    assert one.picture_id == two.picture_id
    assert one.picture
    assert await pictures.content_of(tx, one.picture.digest) == new.content
    assert await pictures.content_of(tx, one.picture.digest, "small") == new.small
    digest = one.picture.digest
    for article in (one, two):
        await service.set_picture(tx, article, None, now)
    with pytest.raises(NotFound):
        await pictures.content_of(tx, digest)
