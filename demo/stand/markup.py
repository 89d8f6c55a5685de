"""Telegram's HTML: parsed into text and entities, or refused in its words."""

import html
import re
from dataclasses import dataclass
from typing import Any

from demo.stand.errors import BadRequest
from demo.stand.units import units

Entity = dict[str, Any]

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_REFERENCE = re.compile(r"&(?:#x[0-9a-f]+|#[0-9]+|lt|gt|amp|quot);?", re.IGNORECASE)
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>"']+)(?:\s*=\s*(?:"(?P<d>[^"]*)"|'(?P<s>[^']*)'|(?P<t>[\w.:-]+)))?\s*"""
)


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            match self.source[self.at]:
                case "<" if self.source.startswith("</", self.at):
                    self._end_tag()
                case "<":
                    self._start_tag()
                case "&":
                    self._reference()
                case character:
                    self._write(character)
                    self.at += 1
        if self.open:
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.text), self.entities

    def _write(self, characters: str) -> None:
        self.text.append(characters)
        self.offset += units(characters)

    def _reference(self) -> None:
        found = _REFERENCE.match(self.source, self.at)
        self._write(html.unescape(found[0]) if found else "&")
        self.at = found.end() if found else self.at + 1

    def _start_tag(self) -> None:
        begin = self.at
        name = _NAME.match(self.source, begin + 1)
        if name is None or name.end() == len(self.source):
            raise self._refuse("Unclosed start tag", begin)
        tag = name[0].lower()
        if tag not in KINDS:
            raise self._refuse(f'Unsupported start tag "{tag}"', begin)
        if (end := self._closing_bracket(name.end())) < 0:
            raise self._refuse("Unclosed start tag", begin)
        attributes = self._attributes(tag, self.source[name.end() : end], begin)
        self._check(tag, attributes, begin)
        self.open.append(_Open(tag, attributes, self.offset))
        self.at = end + 1

    def _check(self, tag: str, attributes: dict[str, str], begin: int) -> None:
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._refuse('Tag "span" must have class "tg-spoiler"', begin)
        if tag == "tg-time" and not attributes.get("unix", "").isdecimal():
            raise self._refuse('Tag "tg-time" must have a valid attribute "unix"', begin)
        if tag == "tg-time" and not TIME_FORMAT.fullmatch(attributes.get("format", "")):
            raise self._refuse('Tag "tg-time" must have a valid attribute "format"', begin)

    def _closing_bracket(self, start: int) -> int:
        quote = ""
        for index in range(start, len(self.source)):
            character = self.source[index]
            if quote:
                quote = "" if character == quote else quote
            elif character in "\"'":
                quote = character
            elif character == ">":
                return index
        return -1

    def _attributes(self, tag: str, source: str, begin: int) -> dict[str, str]:
        found, at = {}, 0
        while source[at:].strip():
            match = _ATTRIBUTE.match(source, at)
            if match is None:
                raise self._refuse(f'Empty attribute name in the tag "{tag}"', begin)
            value = match["d"] or match["s"] or match["t"] or ""
            found[match["name"].lower()] = html.unescape(value)
            at = match.end()
        return found

    def _end_tag(self) -> None:
        begin, end = self.at, self.source.find(">", self.at)
        if not self.open:
            raise self._refuse("Unexpected end tag", begin)
        if end < 0:
            raise self._refuse("Unclosed end tag", begin)
        name, opened = self.source[begin + 2 : end].strip().lower(), self.open.pop()
        if name and name != opened.tag:
            expected = f'expected "</{opened.tag}>", found "</{name}>"'
            raise _refusal(f"Unmatched end tag at byte offset {self._bytes(begin)}, {expected}")
        self._close(opened)
        self.at = end + 1

    def _close(self, opened: _Open) -> None:
        length = self.offset - opened.offset
        if not length:
            return
        entity: Entity = {"type": KINDS[opened.tag], "offset": opened.offset, "length": length}
        match opened.tag:
            case "a":
                link = opened.attributes.get("href") or "".join(self.text)[-length:]
                entity["url"] = link
            case "blockquote" if "expandable" in opened.attributes:
                entity["type"] = "expandable_blockquote"
            case "code" if self.open and self.open[-1].tag == "pre":
                language = opened.attributes.get("class", "").removeprefix("language-")
                self.open[-1].attributes["language"] = language
                return
            case "pre" if opened.attributes.get("language"):
                entity["language"] = opened.attributes["language"]
            case "tg-emoji":
                entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
            case "tg-time":
                entity["unix_time"] = int(opened.attributes["unix"])
                entity["date_time_format"] = opened.attributes.get("format", "")
        self.entities.append(entity)

    def _bytes(self, index: int) -> int:
        return len(self.source[:index].encode())

    def _refuse(self, reason: str, index: int) -> BadRequest:
        return _refusal(f"{reason} at byte offset {self._bytes(index)}")


def _refusal(reason: str) -> BadRequest:
    return BadRequest(f"can't parse entities: {reason}")


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities of what a bot sent with `parse_mode=HTML`."""
    return _Parser(source).parse()
