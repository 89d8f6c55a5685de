"""The formatting of a text: given, parsed, found by itself, and trimmed."""

import re
from typing import Any

from demo.stand.errors import BadRequest
from demo.stand.markup import KINDS, TIME_FORMAT, Entity, parse_html
from demo.stand.units import units

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"«»]*[^\s<>\"«».,:;!?')\]]|www\.[\w-]+(?:\.[\w-]+)+\S*)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w/])(?P<bot_command>/[a-zA-Z0-9_]{1,64}(?:@\w+)?)(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[a-zA-Z]\w{3,31})\b"
    r"|(?<!\w)(?P<hashtag>\#\w*[^\W\d]\w*)"
    r"|(?<![\w+])(?P<phone_number>\+\d[\d ()-]{8,16}\d)(?!\w)"
)
_TYPES = {*KINDS.values(), "expandable_blockquote", "text_mention"} | set(_FOUND.groupindex)
_SOLID = {"code", "pre", "text_link", "text_mention", "custom_emoji", "date_time"}


def read(text: str, mode: str, given: list[Entity] | None) -> tuple[str, list[Entity]]:
    """What the reader sees of a text that a bot sent, and its formatting."""
    if not mode or given:
        entities = [_checked(entity) for entity in given or []]
    elif mode.lower() == "html":
        text, entities = parse_html(text)
    else:
        raise BadRequest("unsupported parse_mode; the stand reads HTML and entities only")
    text, entities = trim(text.replace("\r", ""), entities)
    return text, detect(text, entities)


def _checked(entity: Entity) -> Entity:
    if entity.get("type") not in _TYPES:
        raise BadRequest("can't parse MessageEntity: Unsupported type specified")
    if not isinstance(entity.get("offset"), int) or not isinstance(entity.get("length"), int):
        raise BadRequest('can\'t parse MessageEntity: Field "offset" must be of type Number')
    if entity["type"] == "date_time":
        check_time(entity)
    return {key: value for key, value in entity.items() if value is not None}


def check_time(given: dict[str, Any]) -> None:
    """A moment and the shape it is shown in: relative, or weekday, date and time."""
    if not isinstance(given.get("unix_time"), int):
        raise BadRequest('can\'t parse MessageEntity: Field "unix_time" must be of type Number')
    if not TIME_FORMAT.fullmatch(given.get("date_time_format") or ""):
        raise BadRequest("can't parse MessageEntity: wrong date_time_format")


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without the white space around it, as Telegram stores it."""
    shift = units(text) - units(text.lstrip())
    text = text.strip()
    end, kept = units(text), []
    for entity in entities:
        start = min(max(entity["offset"] - shift, 0), end)
        stop = min(entity["offset"] - shift + entity["length"], end)
        if stop > start:
            kept.append(entity | {"offset": start, "length": stop - start})
    return text, kept


def detect(text: str, entities: list[Entity]) -> list[Entity]:
    """Adds links, addresses and commands that Telegram finds by itself."""
    solid = [entity for entity in entities if entity["type"] in _SOLID]
    found = list(entities)
    for match in _FOUND.finditer(text):
        offset, length = units(text[: match.start()]), units(match[0])
        if not any(_meet(entity, offset, length) for entity in solid):
            found.append({"type": match.lastgroup, "offset": offset, "length": length})
    return sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))


def _meet(entity: Entity, offset: int, length: int) -> bool:
    start: int = entity["offset"]
    return bool(start < offset + length and offset < start + entity["length"])


def fields(key: str, text: str, entities: list[Entity]) -> dict[str, Any]:
    """As the fields of a message: `text` and `entities`, or `caption` and `caption_entities`."""
    named = "entities" if key == "text" else f"{key}_entities"
    return {key: text} | ({named: entities} if entities else {})
