"""What a person wrote back: the new words of an answer, without what it quotes."""

import re
from collections.abc import Sequence

from core.mail.bounces.addresses import ADDRESS, addresses_in
from core.mail.bounces.fields import Fields, first
from core.mail.bounces.phrases import alternatives
from core.mail.bounces.report import Answer

_MESSAGE_ID = re.compile(r"<([^<>\s]{3,250})>")
_DATE_AND_TIME = re.compile(r"(?=.*\d{4})(?=.*\d{1,2}[:.]\d\d)")
_WHEN = r"\d{4}|\d{1,2}[:.]\d\d"
_LETTER = "[a-zа-яёіїє]"
_INTRODUCES = re.compile(
    rf"(?=.*(?:{_WHEN}|@))"
    rf".{{0,200}}(?<!{_LETTER}){alternatives('quoted_from')}(?!{_LETTER}).{{0,80}}[:：]"
    rf"|(?=.*(?:{_WHEN})).{{0,200}}[<‹(]{ADDRESS}[>›)] ?[:：]"
    r"|-{2,} ?(?:original message|исходное сообщение|пересылаемое).*"
    r"|(?:from|от|кому|to|sent|отправлено|von|van|de|da|від|od|发件人|差出人) ?[:：] .*",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(rf">.*|[-–—_=*~]{{2,}}|{alternatives('sent_from')}.{{0,80}}", re.IGNORECASE)
LONGEST = 400


def answer_in(fields: Fields, text: Sequence[str]) -> Answer | None:
    """Who answered which mail with which words; None for what refers to none."""
    referred = _MESSAGE_ID.search(first(fields, "in-reply-to", "references"))
    sender = next(iter(addresses_in(first(fields, "from"))), "")
    if referred is None or not sender:
        return None
    return Answer(sender, referred[1], _new_words(text)[:LONGEST])


def _new_words(text: Sequence[str]) -> str:
    lines = [line.strip() for whole in text for line in whole.splitlines()]
    kept: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if _INTRODUCES.fullmatch(line) or _is_broken(line, following):
            break
        if not _NO_WORDS.fullmatch(line):
            kept.append(line)
    return " ".join(" ".join(kept).split())


def _is_broken(line: str, following: str) -> bool:
    """Whether a line that introduces the quoted mail goes on in the next one."""
    if not _DATE_AND_TIME.match(line) or _DATE_AND_TIME.match(following):
        return False
    return _INTRODUCES.fullmatch(f"{line} {following}") is not None
