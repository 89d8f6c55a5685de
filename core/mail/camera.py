"""Pictures of mails, taken by a Chromium that runs apart: no network, no scripts, little time.

It is given one page of ours and nothing else: a folder of its own, an environment without our
secrets, `nobody` instead of root, a network namespace without a network where that is allowed, its
own sandbox where it can have one, a limit of CPU time and a moment after which it is killed.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import structlog
from PIL import Image

log = structlog.get_logger(__name__)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTHS = {"phone": 390, "wide": 680}
SCALE = 2
HIGHEST = 4000  # of a letter, in its own pixels
SLICE = 1000  # a picture higher than that would be scaled down until nobody can read it
PATIENCE = 25.0
CPU_SECONDS = 20
LARGEST = 512 * 1024 * 1024
NOBODY = 65534
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " style-src 'unsafe-inline'; img-src data:\">"
)
_FLAGS = (
    "--headless",
    "--hide-scrollbars",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--proxy-server=http://127.0.0.1:9",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    f"--force-device-scale-factor={SCALE}",
)


def find_chromium(given: Path | None = None) -> Path | None:
    """The program that was named, or one on the path."""
    if given:
        return given if os.access(given, os.X_OK) else None
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


class Camera:
    """Takes one picture at a time; None when that cannot be done."""

    def __init__(self, program: Path | None, patience: float = PATIENCE) -> None:
        self._program = program
        self._patience = patience
        self._turn = asyncio.Lock()
        self._sandbox = True
        self._apart: list[str] | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is a program at all."""
        return self._program is not None

    async def take(self, page: str, width: int) -> list[bytes] | None:
        """The page as PNG pictures, from top to bottom."""
        if self._program is None:
            return None
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="mail-picture-") as folder:
                shot = await self._shot(Path(folder), page, width)
        if shot is None:
            return None
        try:
            return await asyncio.to_thread(slices, shot)
        except OSError:
            return None

    async def _shot(self, folder: Path, page: str, width: int) -> bytes | None:
        source, target = folder / "page.html", folder / "page.png"
        source.write_text(page.replace("<head>", f"<head>{_POLICY}", 1), "utf-8")
        if os.getuid() == 0:
            for path in (folder, source):
                os.chown(path, NOBODY, NOBODY)
        await self._run(self._command(folder, source, target, width), folder)
        if not target.exists() and self._sandbox:  # a container may forbid what it stands on
            self._sandbox = False
            await self._run(self._command(folder, source, target, width), folder)
        if target.exists() and target.stat().st_size:
            return target.read_bytes()
        log.warning("no picture of a mail could be taken", program=str(self._program))
        return None

    def _command(self, folder: Path, source: Path, target: Path, width: int) -> list[str]:
        return [
            str(self._program),
            *_FLAGS,
            *([] if self._sandbox else ["--no-sandbox"]),
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={width},{HIGHEST}",
            f"--screenshot={target}",
            source.as_uri(),
        ]

    async def _run(self, command: list[str], folder: Path) -> None:
        if self._apart is None:
            self._apart = await _wrappers()
        process = await asyncio.create_subprocess_exec(
            *self._apart,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._patience):
                await process.wait()
        except TimeoutError:
            log.warning("a picture of a mail took too long")
        finally:
            with suppress(ProcessLookupError):  # its helpers, too
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _wrappers() -> list[str]:
    """What holds a program in, as far as this machine has it; root's rights are given up last."""
    wrappers = []
    if os.getuid() == 0 and await _works("unshare", "--net", "true"):
        wrappers += ["unshare", "--net"]
    if shutil.which("prlimit"):
        wrappers += ["prlimit", f"--cpu={CPU_SECONDS}", f"--fsize={LARGEST}"]
    if os.getuid() == 0 and shutil.which("setpriv"):
        wrappers += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return wrappers


async def _works(*command: str) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return False
    return await process.wait() == 0


def slices(shot: bytes) -> list[bytes]:
    """The picture without the empty end, in pieces that a chat shows at a size to be read."""
    with Image.open(BytesIO(shot)) as opened:
        picture = opened.convert("RGB")
    end = _end(picture)
    pieces, top = [], 0
    while top < end:
        bottom = _gap(picture, top, min(top + SLICE * SCALE, end), end)
        piece = BytesIO()
        picture.crop((0, top, picture.width, bottom)).save(piece, "PNG", optimize=True)
        pieces.append(piece.getvalue())
        top = bottom
    return pieces


def _end(picture: Image.Image) -> int:
    """Where the rows begin that are all alike, down to the last."""
    color = picture.getpixel((0, picture.height - 1))
    low, high = 0, picture.height
    while low < high:
        middle = (low + high) // 2
        if _is_plain(picture, middle, color):
            high = middle
        else:
            low = middle + 1
    return min(picture.height, max(low + 16 * SCALE, 100))


def _is_plain(picture: Image.Image, top: int, color: object) -> bool:
    """Whether nothing but the colour is below `top`."""
    found = picture.crop((0, top, picture.width, picture.height)).getcolors(1)
    return found is not None and found[0][1] == color


def _gap(picture: Image.Image, top: int, bottom: int, end: int) -> int:
    """A row between two lines of text, so that none is cut through."""
    if end - bottom < 150 * SCALE:
        return end if end - top < SLICE * SCALE * 1.2 else bottom
    for row in range(bottom, max(top + 1, bottom - 200 * SCALE), -1):
        if picture.crop((0, row, picture.width, row + 1)).getcolors(4):
            return row
    return bottom
