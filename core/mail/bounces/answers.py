"""What a person wrote back: the new words of an answer, without what it quotes."""

import re
from collections.abc import Sequence

from core.mail.bounces.addresses import addresses_in
from core.mail.bounces.fields import Fields, first
from core.mail.bounces.report import Answer

_MESSAGE_ID = re.compile(r"<([^<>\s]{3,250})>")
_INTRODUCES = re.compile(
    r"(?:on .{6,80} wrote|.{6,80}(?:пишет|писал\(?а?\)?|написал\(?а?\)?)) ?:$"
    r"|-{2,} ?(?:original message|исходное сообщение|пересылаемое).*"
    r"|(?:from|от|кому|to|sent|отправлено): .*",
    re.I,
)
LONGEST = 400


def answer_in(fields: Fields, text: Sequence[str]) -> Answer | None:
    """Who answered which mail with which words; None for what refers to none."""
    referred = _MESSAGE_ID.search(first(fields, "in-reply-to", "references"))
    sender = next(iter(addresses_in(first(fields, "from"))), "")
    if referred is None or not sender:
        return None
    return Answer(sender, referred[1], _new_words(text)[:LONGEST])


def _new_words(text: Sequence[str]) -> str:
    kept: list[str] = []
    for line in (line.strip() for whole in text for line in whole.splitlines()):
        if _INTRODUCES.fullmatch(line):
            break
        if not line.startswith(">") and line != "--":
            kept.append(line)
    return " ".join(" ".join(kept).split())
