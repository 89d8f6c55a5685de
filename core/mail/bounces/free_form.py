"""Recipients in reports written for people: where on a line an address stands tells its role."""

import re

from core.mail.bounces.addresses import ADDRESS, addresses_in, is_service, tidy
from core.mail.bounces.phrases import alternatives, pattern

_MOST = 200
_CLOSED = r"(?=[>)\"'\s:;,.\[(]|\.\.\.|<|$)"
_AT_START = re.compile(rf"[\s*•·>-]{{0,12}}[<\"']?((?>{ADDRESS})){_CLOSED}(?!>?\))")
_LABELLED = re.compile(
    rf"[\s*-]{{0,12}}{alternatives('recipient_label')}[^:：@<]{{0,30}}[:：]\s*[<\"']?({ADDRESS})",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    rf"{alternatives('delivering')}\b[^@<>]{{0,60}}?(?:\b(?:to|for|an|a)\b|:|à|для|на)"
    rf"\s{{0,9}}[<\"'(]?({ADDRESS})",
    re.IGNORECASE,
)
_DIALOG = re.compile(
    rf"rcpt\s+to:\s*<?({ADDRESS})"
    rf"|^\s*(?:<<<\s*)?[45]\d\d[ -][^@<]{{0,40}}<({ADDRESS})>(?:\.\.\.|:)",
    re.IGNORECASE,
)
_OF_SENDER = pattern("about_sender")
_EXPANDED = re.compile(
    rf"\((?:expanded|(?:ultimately )?generated) from:?\s{{0,40}}<?({ADDRESS})", re.IGNORECASE
)
_SHAPES = (_AT_START, _LABELLED, _SPOKEN, _DIALOG)


def recipients_in(lines: list[str], known: set[str]) -> dict[str, str]:
    """Each failed address with the words about it; `known` are those of sender and reporter."""
    for shape in _SHAPES:
        found = _placed(lines, shape, known)
        if found:
            return found
    text = "\n".join(_OF_SENDER.split(line, maxsplit=1)[0] for line in lines)
    rest = [it for it in addresses_in(text) if it.lower() not in known and not is_service(it)]
    return dict.fromkeys(rest[:_MOST], "")


def words_by_address(lines: list[str]) -> dict[str, str]:
    """The lines that begin at each address and end before another's; keys in lower case."""
    return {key.lower(): words for key, words in _placed(lines, _AT_START, set()).items()}


def lines_naming(address: str, lines: list[str]) -> str:
    """What a text says of one address."""
    lower = address.lower()
    return "\n".join(line for line in lines if lower in line.lower())


def _placed(lines: list[str], shape: re.Pattern[str], known: set[str]) -> dict[str, str]:
    places: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        address = _match(shape, line[:1000])
        if address and not (is_service(address) and _is_prose(line)):
            places.append((number, address))
    strangers = [place for place in places if place[1].lower() not in known]
    return _with_words(lines, strangers or places)


def _match(shape: re.Pattern[str], line: str) -> str:
    match = shape.search(line) if shape in (_SPOKEN, _DIALOG) else shape.match(line)
    if not match or (shape is _SPOKEN and _OF_SENDER.search(line[: match.start(1)])):
        return ""
    return tidy(next(group for group in match.groups() if group))


def _is_prose(line: str) -> bool:
    return not line.lstrip().startswith("<")


def _expanded_from(words: str) -> str:
    """The address that was written to, where an alias led from it to the failed one."""
    match = _EXPANDED.search(words)
    return tidy(match[1]) if match and not is_service(match[1]) else ""


def _with_words(lines: list[str], places: list[tuple[int, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    ends = [number for number, _ in places[1:]]
    for (number, address), end in zip(places, [*ends, len(lines)], strict=False):
        words = "\n".join(lines[number : min(end, number + 25)])
        address = _expanded_from(words) or address
        key = next((it for it in found if it.lower() == address.lower()), address)
        found[key] = f"{found[key]}\n{words}" if key in found else words
        if len(found) == _MOST:
            break
    return found
