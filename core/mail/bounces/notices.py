"""The part of a report that people read, apart from the mail that it returns."""

import re
from html import unescape

from core.mail.bounces.parts import Part
from core.mail.bounces.phrases import pattern

_LONGEST = 40_000
_MARK = pattern("original_follows")
_FIELD_OF_MAIL = re.compile(
    r"(?:received|return-path|dkim-signature|message-id|mime-version|delivered-to|x-[\w-]+|from|to|cc|date"
    r"|subject|content-[\w-]+|arc-[\w-]+|reply-to|user-agent|authentication-results|x-received) ?:",
    re.IGNORECASE,
)
_TELLING = re.compile(r"(?:received|return-path|dkim-signature|message-id|mime-version):", re.I)
_BREAKS = re.compile(r"<\s*/?\s*(?:br|p|div|tr|li|h\d|table|td)\b[^<>]{0,2000}>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(style|script|head)\b.{0,20000}?</\1>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[/!a-z][^<>@]{0,2000}>", re.IGNORECASE)


def notice_and_original(parts: list[Part]) -> tuple[list[str], list[str]]:
    """Lines of the notice, and lines of the mail it returns, from wherever they stand."""
    notice: list[str] = []
    original: list[str] = []
    for part in parts:
        if part.type in ("message/rfc822", "text/rfc822-headers", "message/global", "text/rfc822"):
            original = original or part.text[:_LONGEST].split("\n")
        elif part.type.startswith("text/") and not original and _adds(part, notice):
            notice += _lines(part)
    kept, returned = split(notice)
    return kept, original or returned


def _adds(part: Part, notice: list[str]) -> bool:
    """HTML repeats the plain text beside it."""
    return part.type != "text/html" or not any(line.strip() for line in notice)


def _lines(part: Part) -> list[str]:
    text = part.text[:_LONGEST]
    if part.type == "text/html":
        text = unescape(_TAGS.sub("", _BREAKS.sub("\n", _HIDDEN.sub("", text))))
    return text.replace("\xa0", " ").split("\n")


def split(lines: list[str]) -> tuple[list[str], list[str]]:
    """Before and after the place where the returned mail begins."""
    for number, line in enumerate(lines):
        if _MARK.match(line):
            return lines[:number], _after(lines, number + 1)
        if _begins_mail(lines, number):
            return lines[:number], lines[number:]
    return lines, []


def _after(lines: list[str], number: int) -> list[str]:
    while number < len(lines) and not _FIELD_OF_MAIL.match(lines[number]):
        number += 1
    return lines[number:]


def _begins_mail(lines: list[str], number: int) -> bool:
    if not _FIELD_OF_MAIL.match(lines[number]):
        return False
    block = [line for line in lines[number : number + 12] if line[:1] not in (" ", "\t")]
    fields = [line for line in block[:4] if _FIELD_OF_MAIL.match(line)]
    return len(fields) >= 3 and any(_TELLING.match(line) for line in block[:8])


def head_of(lines: list[str]) -> list[str]:
    """The header of a returned mail, blank lines before it skipped."""
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    end = next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))
    return lines[start:end]
