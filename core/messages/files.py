"""Pictures and documents of a message: what may go into a mail, and how it is kept."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import undefer

from core.db import Transaction
from core.errors import Invalid
from core.i18n import N_
from core.messages.models import Message, MessageFile
from core.typed import one_line, shortened

MOST = 10
MOST_BYTES = 10 * 1024 * 1024

# Gmail and most other services return letters with these.
REFUSED = re.compile(
    r"\.(apk|bat|cab|cmd|com|cpl|dll|exe|hta|iso|jar|js|jse|lnk|msi|ps1|reg|scr|sys|vb|vbe|vbs|wsf)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NewFile:
    """A file about to be kept; with `width` it is a picture that the letter shows."""

    name: str
    mime: str
    content: bytes
    width: int | None = None


def check_name(name: str) -> str:
    """A file's name, unless mail services would refuse the letter because of it."""
    name = one_line(name)[-120:] or "file"
    if ending := REFUSED.search(name):
        raise Invalid(
            N_(
                "“{name}” cannot be sent: mail services return letters with {ending} files. Put "
                "it on a cloud drive and send the link."
            ),
            name=shortened(name),
            ending=ending[0],
        )
    return name


def check_sizes(sizes: Sequence[int]) -> None:
    """So many files of such sizes fit into one letter, or Invalid with the limit."""
    if len(sizes) > MOST:
        raise Invalid(
            N_("A letter may have up to {most} pictures and files; this would make {n}."),
            most=MOST,
            n=len(sizes),
        )
    if (total := sum(sizes)) > MOST_BYTES:
        raise Invalid(
            N_(
                "The files take {size} MB together, and a letter holds up to {limit} MB. Put the "
                "large one on a cloud drive and send the link."
            ),
            size=-(-total // 1024 // 1024),
            limit=MOST_BYTES // 1024 // 1024,
        )


async def keep(tx: Transaction, message: Message, new: Iterable[NewFile]) -> list[MessageFile]:
    """Write files down; a version that names them is still to be written."""
    made = [
        MessageFile(
            message_id=message.id,
            name=each.name,
            mime=each.mime,
            width=each.width,
            size=len(each.content),
            content=each.content,
        )
        for each in new
    ]
    tx.add_all(made)
    await tx.flush()
    return made


async def loaded(tx: Transaction, files: Sequence[MessageFile]) -> list[MessageFile]:
    """The same files with their contents."""
    if not files:
        return []
    query = select(MessageFile).where(MessageFile.id.in_([each.id for each in files]))
    query = query.options(undefer(MessageFile.content)).order_by(MessageFile.id)
    return list(await tx.scalars(query.execution_options(populate_existing=True)))


def cid(file: MessageFile) -> str:
    """The name by which a letter's HTML shows a picture."""
    return f"picture-{file.id}@mail-center"
