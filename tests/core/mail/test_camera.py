"""Pictures of mails, by a real Chromium and by one that does not answer."""

import asyncio
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from core.mail.camera import SCALE, Camera, find_chromium, slices
from core.mail.layout import html_page
from tests.conftest import CHROMIUM


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the program can read and write as nobody."""
    with TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o777)
        yield Path(made)


def program(folder: Path, script: str) -> Path:
    made = folder / "chromium"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    return made


def is_gone(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().split()[2] == "Z"


def size(picture: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(picture)).size


@pytest.mark.browser
@pytest.mark.slow
async def test_a_mail_is_drawn_and_cut_between_lines() -> None:
    body = "".join(f"<p>Строка {number}</p>" for number in range(50))
    shots = await Camera(find_chromium(CHROMIUM)).take(html_page("Тема", body, "", None, "ru"), 390)
    assert shots is not None
    assert len(shots) >= 2
    assert {size(each)[0] for each in shots} == {390 * SCALE}
    assert all(size(each)[1] <= 1250 * SCALE for each in shots)


async def test_a_program_that_hangs_is_killed_with_its_helpers(folder: Path) -> None:
    script = f"sleep 300 & echo $! > {folder}/helper; wait"
    assert await Camera(program(folder, script), patience=2).take("<head></head>x", 390) is None
    helper = int((folder / "helper").read_text())
    async with asyncio.timeout(10):  # the kernel takes its time on a busy machine
        while not is_gone(helper):  # noqa: ASYNC110  a process of somebody else tells nobody
            await asyncio.sleep(0.02)


async def test_the_program_sees_no_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "secret")
    await Camera(program(folder, f"env > {folder}/seen")).take("<head></head>x", 390)
    seen = (folder / "seen").read_text()
    assert "HOME=" in seen
    assert "secret" not in seen


async def test_without_a_program_there_is_no_picture(folder: Path) -> None:
    assert find_chromium(folder / "none") is None
    assert await Camera(None).take("x", 390) is None
    broken = Camera(program(folder, "exit 1"))
    assert await asyncio.wait_for(broken.take("<head></head>x", 390), 30) is None


def test_the_empty_end_is_left_out() -> None:
    picture = Image.new("RGB", (100, 8000), "white")
    picture.paste("black", (10, 10, 90, 300))
    target = BytesIO()
    picture.save(target, "PNG")
    assert [size(each)[1] for each in slices(target.getvalue())] == [300 + 16 * SCALE]
