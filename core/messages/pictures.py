"""Pictures made fit for a mail: upright, not wider than a sharp screen shows, and small."""

from io import BytesIO
from pathlib import PurePath

from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid
from core.i18n import N_
from core.messages.files import NewFile
from core.typed import shortened

WIDEST = 1200
HIGHEST = 4000
MOST_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")  # what needs no other program
UNREADABLE = (UnidentifiedImageError, Image.DecompressionBombError, OSError)

NOT_A_PICTURE = N_("“{name}” cannot be read as a picture. Please send it as a JPEG or a PNG.")


def fit_picture(name: str, content: bytes) -> NewFile:
    """The picture as a JPEG, or as a PNG where something shines through."""
    picture = read_picture(name, content, (WIDEST, HIGHEST))
    return _png(name, picture) if picture.has_transparency_data else _jpeg(name, picture)


def read_picture(name: str, content: bytes, within: tuple[int, int]) -> Image.Image:
    """The picture upright and within a size; Invalid for what is none, or is far too large."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Invalid(NOT_A_PICTURE, name=shortened(name))
            opened.draft("RGB", within)  # a large JPEG is made small while it is read
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail(within)
    except (*UNREADABLE, ValueError, SyntaxError) as error:
        raise Invalid(NOT_A_PICTURE, name=shortened(name)) from error
    return picture


def _jpeg(name: str, picture: Image.Image) -> NewFile:
    target = BytesIO()
    picture.convert("RGB").save(target, "JPEG", quality=85, optimize=True, progressive=True)
    return NewFile(_named(name, "jpg"), "image/jpeg", target.getvalue(), picture.width)


def _png(name: str, picture: Image.Image) -> NewFile:
    target = BytesIO()
    picture.convert("RGBA").save(target, "PNG", optimize=True)
    return NewFile(_named(name, "png"), "image/png", target.getvalue(), picture.width)


def _named(name: str, ending: str) -> str:
    return f"{PurePath(name).stem or 'picture'}.{ending}"
