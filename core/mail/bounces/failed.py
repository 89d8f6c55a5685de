"""Who failed, from every place where a bounce may say it."""

from core.mail.bounces import dsn, free_form, kinds
from core.mail.bounces.addresses import addresses_in, is_service
from core.mail.bounces.fields import Fields, first, read_fields
from core.mail.bounces.judge import judge
from core.mail.bounces.notices import head_of, split
from core.mail.bounces.report import Recipient

_MOST = 200


def failed_in(
    fields: Fields, notice: list[str], returned: Fields, blocks: list[dsn.Block]
) -> tuple[Recipient, ...]:
    """From the report for programs, else from the header, else from the words."""
    text = "\n".join(notice)
    if any(it.address for it in blocks):
        by_address = {it.address.lower(): it for it in reversed(blocks) if it.is_failure}
        about = free_form.words_by_address(notice)
        return tuple(_of_block(it, about, notice, text) for it in reversed(by_address.values()))
    found = _named_otherwise(fields, notice, returned)
    block = _only_failure(blocks) if len(found) == 1 else None
    return tuple(judge(it, block, said, text) for it, said in list(found.items())[:_MOST])


def failed_unnamed(notice: list[str], blocks: list[dsn.Block]) -> Recipient | None:
    """The fate of a recipient whom nothing names: the report came to an address of their own."""
    block = _only_failure(blocks)
    if blocks and block is None:
        return None
    text = "\n".join(notice)
    return judge("", block, "" if block else text, text)


def _only_failure(blocks: list[dsn.Block]) -> dsn.Block | None:
    failures = [it for it in blocks if it.is_failure]
    return failures[0] if len(failures) == 1 else None


def _named_otherwise(fields: Fields, notice: list[str], returned: Fields) -> dict[str, str]:
    found = free_form.recipients_in(notice, _known(fields, returned))
    named = addresses_in("\n".join(fields.get("x-failed-recipients", ())))
    if named:
        words = {address.lower(): said for address, said in found.items()}
        found = {it: words.get(it.lower(), "") for it in named}
    if not kinds.names_daemon(returned):
        found = found or dict.fromkeys(_sent_to(returned), "")
    return found


def failed_inside(original: list[str]) -> tuple[Recipient, ...]:
    """Some systems wrap the report of another one in their own."""
    start = len(head_of(original))
    fields = read_fields(original[:start])
    if not kinds.is_by_daemon(fields):
        return ()
    notice, lines = split(original[start:])
    return failed_in(fields, notice, read_fields(head_of(lines)), [])


def _of_block(block: dsn.Block, about: dict[str, str], notice: list[str], text: str) -> Recipient:
    words = about.get(block.address.lower()) or about.get(block.also.lower())
    words = words or free_form.lines_naming(block.address, notice[:2000])
    return judge(block.address, block, words, text)


def _known(fields: Fields, returned: Fields) -> set[str]:
    """Sender and reporter: named in most reports, failed in none."""
    own = [first(fields, name) for name in ("from", "to", "cc", "return-path", "reply-to")]
    theirs = [first(returned, name) for name in ("from", "return-path", "reply-to", "sender")]
    return {address.lower() for address in addresses_in("\n".join([*own, *theirs]))}


def _sent_to(returned: Fields) -> list[str]:
    value = first(returned, "x-failed-recipients", "x-original-to", "envelope-to", "to")
    return [it for it in addresses_in(value) if not is_service(it)]
