"""A user's photo: a small square JPEG, made anew of whatever picture was sent."""

import asyncio
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core.db import Transaction
from core.errors import Invalid
from core.i18n import N_
from core.users.models import Photo, User

SIDE = 512
SMALLEST = 64
MOST_PIXELS = 40_000_000
MOST_BYTES = 10 * 1024 * 1024
FORMATS = ("JPEG", "PNG", "WEBP")

NOT_A_PHOTO = N_("This cannot be read as a photo. Please send a JPEG, PNG or WebP picture.")
TOO_SMALL = N_("The photo is too small: each side needs at least {least} pixels.")


async def fit(content: bytes) -> bytes:
    """The middle square as a JPEG of at most 512 pixels, without what the camera noted; Invalid
    when it is no photo. Made beside the event loop."""
    return await asyncio.to_thread(_fit, content)


def _fit(content: bytes) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Invalid(NOT_A_PHOTO)
            if min(opened.size) < SMALLEST:
                raise Invalid(TOO_SMALL, least=SMALLEST)
            return _squared(ImageOps.exif_transpose(opened))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Invalid(NOT_A_PHOTO) from error


def _squared(picture: Image.Image) -> bytes:
    side = min(SIDE, *picture.size)
    clear = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
    square = ImageOps.fit(clear, (side, side))
    paper = Image.new("RGB", square.size, "white")
    paper.paste(square, mask=square if square.mode == "RGBA" else None)
    target = BytesIO()
    paper.save(target, "JPEG", quality=85, optimize=True)
    return target.getvalue()


async def put(tx: Transaction, user: User, content: bytes, now: datetime) -> None:
    """Keep a photo that `fit` made, in place of the one before."""
    kept = {"content": content, "updated_at": now}
    row = insert(Photo).values(user_id=user.id, **kept)
    await tx.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=kept))


async def of(tx: Transaction, user_id: int) -> bytes | None:
    """The photo's JPEG."""
    content: bytes | None = await tx.scalar(select(Photo.content).where(Photo.user_id == user_id))
    return content


async def has(tx: Transaction, user_id: int) -> bool:
    """Whether there is one."""
    return await tx.scalar(select(Photo.user_id).where(Photo.user_id == user_id)) is not None


async def drop(tx: Transaction, user: User) -> bool:
    """Delete it; False when there was none."""
    gone = delete(Photo).where(Photo.user_id == user.id).returning(Photo.user_id)
    return await tx.scalar(gone) is not None
