"""The picture of an article: read, made small, encoded anew and kept once for each content."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Literal

from PIL import Image
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from core.articles.models import Article, ArticlePicture
from core.db import Transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.messages.pictures import read_picture

LARGEST = 10 * 1024 * 1024  # bytes, as uploaded
WITHIN = (1600, 1600)
SMALL = (800, 800)
SMALLEST = 200  # points on the shorter side
_QUALITY = 82

Size = Literal["large", "small"]

TOO_BIG = N_("The picture is larger than {limit} MB.")
TOO_SMALL = N_("The picture is {width} × {height} points; at least {least} on each side look well.")


@dataclass(frozen=True)
class NewPicture:
    """A picture about to be kept, in both sizes."""

    content: bytes
    size: tuple[int, int]
    small: bytes
    small_size: tuple[int, int]

    @property
    def digest(self) -> str:
        """The name of the content: the same picture is kept once."""
        return hashlib.sha256(self.content).hexdigest()[:32]


def fit(name: str, content: bytes) -> NewPicture:
    """Both sizes as JPEGs that hold nothing but points: no place, no camera, no program."""
    if len(content) > LARGEST:
        raise Invalid(TOO_BIG, limit=LARGEST // 1024 // 1024)
    picture = _on_white(read_picture(name, content, WITHIN))
    if min(picture.size) < SMALLEST:
        raise Invalid(TOO_SMALL, width=picture.width, height=picture.height, least=SMALLEST)
    small = picture.copy()
    small.thumbnail(SMALL)
    return NewPicture(_jpeg(picture), picture.size, _jpeg(small), small.size)


async def keep(tx: Transaction, new: NewPicture, now: datetime) -> int:
    """Write it down, or find the one with the same content; answers its number."""
    (width, height), (small_width, small_height) = new.size, new.small_size
    row = insert(ArticlePicture).values(
        digest=new.digest,
        width=width,
        height=height,
        small_width=small_width,
        small_height=small_height,
        content=new.content,
        small=new.small,
        created_at=now,
    )
    same = row.on_conflict_do_update(
        index_elements=["digest"], set_={"created_at": ArticlePicture.created_at}
    )
    return (await tx.execute(same.returning(ArticlePicture.id))).scalar_one()


async def content_of(tx: Transaction, digest: str, size: Size = "large") -> bytes:
    """A picture's bytes, if an article has it."""
    column = ArticlePicture.content if size == "large" else ArticlePicture.small
    query = select(ArticlePicture).where(ArticlePicture.digest == digest).options(undefer(column))
    found = await tx.scalar(query.where(exists().where(Article.picture_id == ArticlePicture.id)))
    if found is None:
        raise NotFound
    return found.content if size == "large" else found.small


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def _jpeg(picture: Image.Image) -> bytes:
    target = BytesIO()
    picture.save(target, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return target.getvalue()
