"""A browser that takes its time holds up nobody: the next tap is answered while it draws."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from bot.messages.callbacks import MessageAction
from core.bootstrap import Deps
from core.mail.camera import Camera
from demo.stand.seen import Seen
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register

SLOW_BROWSER = """#!/bin/sh
while [ ! -e {folder}/go ]; do sleep 0.02; done
for each; do case $each in --screenshot=*) cp {folder}/letter.png "${{each#*=}}";; esac; done
"""


class Studio:
    """A browser that draws once it is told to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.program = folder / "browser"
        self.program.write_text(SLOW_BROWSER.format(folder=folder))
        self.program.chmod(0o755)
        Image.new("RGB", (780, 300), "white").save(folder / "letter.png")

    def draw(self) -> None:
        (self._folder / "go").touch()


@pytest.fixture
def studio() -> Iterator[Studio]:
    with TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o777)
        yield Studio(Path(made))


@pytest.fixture
async def deps(deps: Deps, studio: Studio) -> Deps:
    return replace(deps, camera=Camera(studio.program))


@pytest.fixture
async def message_id(bot: Deps, owner: Owner) -> int:
    async with bot.sessions.begin() as tx:
        return (await factories.message(tx, owner.user)).id


@pytest.fixture
async def owner(bot: Deps, meet: Meet) -> Owner:
    return await register(bot, meet())


def is_picture(seen: Seen) -> bool:
    return bool(seen.photo)


def is_document(seen: Seen) -> bool:
    return seen.document is not None


async def test_the_next_tap_is_answered_while_a_letter_is_drawn(
    owner: Owner, message_id: int, studio: Studio
) -> None:
    await owner.go(MessageAction(verb="preview", id=message_id))
    await owner.person.wait_for("Тема: Скидки до воскресенья")
    again = await owner.person.press(
        owner.person.last.id, MessageAction(verb="preview", id=message_id).pack()
    )
    assert again is not None
    assert again.text == "Письмо уже рисуется, сейчас придёт."
    await owner.go(MessageAction(verb="list"))
    shown = await owner.person.wait_for("Сообщения")
    assert not any(map(is_picture, owner.person.messages()))
    studio.draw()
    await owner.person.wait_for(is_picture)
    await owner.person.wait_for(is_document)
    kept = next(seen for seen in owner.person.messages() if seen.id == shown.id)
    assert kept.text == shown.text  # the person has gone on: nothing is put over that


async def test_who_waits_for_the_letter_has_its_screen_below_it(
    owner: Owner, message_id: int, studio: Studio
) -> None:
    await owner.go(MessageAction(verb="preview", id=message_id))
    above = await owner.person.wait_for("Тема: Скидки до воскресенья")
    studio.draw()
    await owner.person.wait_for(is_picture)
    await owner.person.wait_gone(above.id)
    assert owner.person.last.text == above.text
    before = next(seen for seen in reversed(owner.person.messages()) if seen.document)
    assert before.id < owner.person.last.id
    await owner.tap("Как на компьютере", "Тема: Скидки до воскресенья")
    await owner.person.wait_for(is_picture)
