"""Delivery reports for programs (RFC 3464): blocks of fields, one for each recipient."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.mail.bounces.addresses import first_address
from core.mail.bounces.fields import Fields, first, read_fields, readable
from core.mail.bounces.parts import Part

_MOST = 200
_DELIVERED = ("delivered", "relayed", "expanded")


@dataclass(frozen=True, slots=True)
class Block:
    """What a report says of one recipient."""

    address: str  # empty where it is no address: X.400, a name in a directory, hidden
    also: str  # where it was forwarded to
    action: str
    status: str
    text: str

    @property
    def is_failure(self) -> bool:
        """Anything but the notice of a delivery."""
        return not self.action.startswith(_DELIVERED)


def blocks_of(parts: list[Part], lines: list[str]) -> tuple[Fields, list[Block]]:
    """The fields about the whole mail and a block a recipient; from the text as a last resort.

    Blocks without an address count only where no block has one.
    """
    told = list(_field_blocks(_status_lines(parts)))
    message: Fields = {}
    for fields in told:
        if not _names_recipient(fields):
            message = {**fields, **message}
    named = list(filter(_names_recipient, told)) or list(
        filter(_names_recipient, _field_blocks(lines))
    )
    found = named or filter(_tells_fate, told)
    return message, [_block(fields) for fields in found][:_MOST]


def _status_lines(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        if part.type in ("message/delivery-status", "message/global-delivery-status"):
            yield from part.text.split("\n")
            yield ""


def _field_blocks(lines: Iterable[str]) -> Iterator[Fields]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
        elif block:
            yield read_fields(block)
            block = []


def _names_recipient(fields: Fields) -> bool:
    return bool(_address(fields)) and _tells_fate(fields)


def _tells_fate(fields: Fields) -> bool:
    told = ("action", "status", "diagnostic-code", "final-recipient")
    return any(name in fields for name in told)


def _address(fields: Fields) -> str:
    """The address as the sender wrote it, before it was forwarded."""
    names = ("original-recipient", "final-recipient", "x-actual-recipient", "x-original-recipient")
    values = (readable(first(fields, name)).partition(";") for name in names)
    found = (first_address(value or kind) for kind, _, value in values)
    return next((address for address in found if address), "")


def _block(fields: Fields) -> Block:
    status = first(fields, "status")
    diagnostic = first(fields, "diagnostic-code", "x-diagnostic-code", "smtp-remote-reply")
    kind, _, said = diagnostic.partition(";")
    text = said.strip() if said and " " not in kind.strip() else diagnostic
    comment = status.partition("(")[2].rstrip(")")
    return Block(
        _address(fields),
        first_address(first(fields, "final-recipient")),
        first(fields, "action").lower(),
        status.partition("(")[0].strip(),
        text or comment,
    )
