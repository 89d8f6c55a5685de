"""A workbook's zip looked through before anybody parses it: bombs and entities are refused."""

import zipfile
from io import BytesIO

from core.errors import Invalid
from core.i18n import N_

MAX_INFLATED = 200 * 1024 * 1024
MAX_PARTS = 2000
_CHUNK = 256 * 1024
_TOO_BIG = N_(
    "Unpacked, this workbook is far larger than a list of clients can be"
    " (more than {limit} MB). Please save the list as CSV and send that."
)
_FOREIGN = N_(
    "This workbook refers to things outside itself, which is not allowed."
    " Please save the list as CSV and send that."
)
BROKEN = N_(
    "The workbook cannot be opened: it is damaged or has a password."
    " Please save it again as XLSX or CSV."
)


def inspect(data: bytes) -> None:
    """Invalid for an archive that is damaged, encrypted, too big inside or has a DOCTYPE."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check_directory(archive.infolist())
            _check_contents(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Invalid(BROKEN) from error


def _check_directory(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_INFLATED:
        raise _too_big()


def _check_contents(archive: zipfile.ZipFile) -> None:
    left = MAX_INFLATED
    for part in archive.infolist():
        # The declared size may lie: read until the data really ends.
        part.file_size = 2 * MAX_INFLATED
        left -= _inflated(archive, part, left)


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    size, tail = 0, b""
    with archive.open(part) as content:
        while chunk := content.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise _too_big()
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                raise Invalid(_FOREIGN)
            tail = chunk[-9:]
    return size


def _too_big() -> Invalid:
    return Invalid(_TOO_BIG, limit=MAX_INFLATED // 1024 // 1024)
