"""Pictures and files of a message in words, and the screen where they are changed."""

from collections.abc import Sequence
from typing import Any, Protocol

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back
from bot.messages.callbacks import FileAction, MessageAction
from core.i18n import Translator, number
from core.messages.files import MOST, MOST_BYTES
from core.messages.models import Message
from core.typed import shortened

_NAMED = 3


class File(Protocol):
    """What is said of a file."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def is_picture(self) -> bool: ...


def line(_: Translator, files: Sequence[File]) -> Markup:
    """“📎 catalogue.pdf (1.2 MB)   🖼 2”; empty when there is nothing."""
    documents = [each for each in files if not each.is_picture]
    parts = [_named(_, each) for each in documents[:_NAMED]]
    if len(documents) > _NAMED:
        parts.append(_("📎 {n} more", n=len(documents) - _NAMED))
    if pictures := len(files) - len(documents):
        parts.append(_("🖼 {n}", n=pictures))
    return Markup("   ").join(parts)


def size(_: Translator, octets: int) -> Markup:
    """“1.2 MB”, “340 kB”."""
    if octets >= 1024 * 1024:
        n = number(round(octets / 1024 / 1024, 1), _.locale)
        return _("{n} MB", n=n)
    return _("{n} kB", n=-(-octets // 1024))


def manage(_: Translator, message: Message, files: Sequence[Any], note: str = "") -> Screen:
    """Every file with a button that takes it out; what is sent now is added."""
    text = _(
        "<b>Pictures and files</b>\n\nPictures are shown in the letter above the text, files are"
        " attached. Send one to add it; tap one to take it out.\n"
        "Up to {most} in all, {limit} together; now {now}.",
        most=MOST,
        limit=size(_, MOST_BYTES),
        now=size(_, sum(each.size for each in files)) if files else _("none"),
    )
    rows: list[Row] = [
        [
            Button(
                _taken_out(_, each, number),
                FileAction(verb="remove", message=message.id, file=each.id),
            )
        ]
        for number, each in enumerate(files, 1)
    ]
    done = back(_, MessageAction(verb="open", id=message.id))
    return Screen(Markup("\n\n").join([note, text]) if note else text, [*rows, [done]])


def _named(_: Translator, file: File) -> Markup:
    return _("📎 {name} ({size})", name=shortened(file.name, 40), size=size(_, file.size))


def _taken_out(_: Translator, file: File, number: int) -> Markup:
    weight = size(_, file.size)
    if file.is_picture:  # its name is made up
        return _("✕ 🖼 Picture {n} ({size})", n=number, size=weight)
    return _("✕ 📎 {name} ({size})", name=shortened(file.name, 36), size=weight)
