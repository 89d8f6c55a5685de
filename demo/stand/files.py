"""Files that people and the bot sent, and pictures in the sizes Telegram makes of them."""

import mimetypes
import secrets
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from demo.stand.errors import BadRequest

LARGEST_DOWNLOAD = 20 * 1024 * 1024
LARGEST_PHOTO = 10 * 1024 * 1024
_SIDES = {"s": 90, "m": 320, "x": 800, "y": 1280}


@dataclass(frozen=True)
class Stored:
    """One file; its bytes are beside it, in memory or in a folder."""

    file_id: str
    name: str
    size: int
    mime: str
    folder: str

    @property
    def unique(self) -> str:
        return self.file_id[-16:]

    @property
    def path(self) -> str:
        """Where the bot downloads it, relative to /file/bot<token>/."""
        return f"{self.folder}/{self.unique}{Path(self.name).suffix}"

    def reference(self) -> dict[str, Any]:
        return {"file_id": self.file_id, "file_unique_id": self.unique, "file_size": self.size}


class Files:
    """Everything uploaded, by its id and by its path."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._memory: dict[str, bytes] = {}
        self._index: dict[str, Stored] = {}

    def add(self, name: str, content: bytes, folder: str) -> Stored:
        """Keep a file and give it an id."""
        if not content:
            raise BadRequest("file must be non-empty")
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = Stored(f"STAND{secrets.token_hex(20)}", name, len(content), mime, folder)
        self._index[file.file_id] = file
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / file.unique).write_bytes(content)
        else:
            self._memory[file.unique] = content
        return file

    def get(self, file_id: str) -> Stored:
        if (file := self._index.get(file_id)) is None:
            raise BadRequest("wrong file identifier/HTTP URL specified")
        return file

    def by_path(self, path: str) -> Stored | None:
        return next((file for file in self._index.values() if file.path == path), None)

    def content(self, file: Stored) -> bytes:
        if self._folder:
            return (self._folder / file.unique).read_bytes()
        return self._memory[file.unique]

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(file) for file in self._index.values()]

    def load(self, rows: list[dict[str, Any]]) -> None:
        self._index = {row["file_id"]: Stored(**row) for row in rows}

    def document(self, name: str, content: bytes) -> dict[str, Any]:
        """The `document` field of a message."""
        file = self.add(name, content, "documents")
        return file.reference() | {"file_name": name, "mime_type": file.mime}

    def photo(self, content: bytes) -> list[dict[str, Any]]:
        """The `photo` field: the same picture in growing sizes."""
        if len(content) > LARGEST_PHOTO:
            raise BadRequest("file is too big for a photo")
        picture = _open(content)
        longest = max(picture.size)
        sides = [side for side in _SIDES.values() if side < longest]
        return [self._size(picture, side) for side in [*sides, min(longest, 1280)][:4]]

    def _size(self, picture: Image.Image, side: int) -> dict[str, Any]:
        scaled, jpeg = picture.copy(), BytesIO()
        scaled.thumbnail((side, side))
        scaled.save(jpeg, "JPEG", quality=87)
        file = self.add("photo.jpg", jpeg.getvalue(), "photos")
        return file.reference() | {"width": scaled.width, "height": scaled.height}


def is_picture(name: str) -> bool:
    """Whether a person would expect it to be sent as a photo."""
    return Path(name).suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}


def _open(content: bytes) -> Image.Image:
    try:
        picture = ImageOps.exif_transpose(Image.open(BytesIO(content)))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise BadRequest("IMAGE_PROCESS_FAILED") from error
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A") if "A" in picture.getbands() else None)
    return flat
