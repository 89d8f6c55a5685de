"""From the bytes of a mail to a report about it."""

import re

from core.mail.bounces import complaints, dsn, free_form, kinds, replies
from core.mail.bounces.addresses import addresses_in, first_address, is_service
from core.mail.bounces.fields import Fields, first, read_fields
from core.mail.bounces.judge import judge
from core.mail.bounces.notices import notice_and_original, split
from core.mail.bounces.parts import take_apart
from core.mail.bounces.report import Kind, Reason, Recipient, Report

_MOST = 200
_SENT_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
_TOKEN = re.compile(r"[^\s@<>+,;\"]+\+([^\s@<>,;\"]{1,200})@")
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,250})>")
_REFERRED = ("in-reply-to", "references")


def read(mail: bytes) -> Report:
    """What the mail is, whom it speaks of and why; never raises, whatever the bytes."""
    fields, parts = take_apart(mail)
    notice, original = notice_and_original(parts)
    returned = read_fields(_head(original))
    message, blocks = dsn.blocks_of(parts, notice)
    kind = Kind.OTHER
    recipients: tuple[Recipient, ...] = ()
    if complaints.is_complaint(fields, parts, returned) and not blocks:
        kind, recipients = Kind.COMPLAINT, complaints.complainers(fields, parts, returned)
    elif _is_bounce(fields, notice, returned, blocks):
        kind, recipients = Kind.BOUNCE, _failed(fields, notice, returned, blocks)
        recipients = recipients or _failed_inside(original)
    elif not blocks and replies.is_auto_reply(fields):
        kind, recipients = Kind.AUTO_REPLY, _away(fields)
    message_id = _message_id(returned, notice) or _referred(fields, kind)
    envelope_id = first(message, "original-envelope-id") or None
    return Report(kind, recipients, message_id, _token(fields), envelope_id)


def _head(lines: list[str]) -> list[str]:
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    end = next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))
    return lines[start:end]


def _is_bounce(
    fields: Fields, notice: list[str], returned: Fields, blocks: list[dsn.Block]
) -> bool:
    if blocks:
        return any(block.is_failure for block in blocks)
    if kinds.has_report(fields):
        return True
    if replies.is_auto_reply(fields) and not kinds.names_daemon(fields):
        return False
    return kinds.sounds_like_bounce(fields, "\n".join(notice), returned)


def _failed(
    fields: Fields, notice: list[str], returned: Fields, blocks: list[dsn.Block]
) -> tuple[Recipient, ...]:
    text = "\n".join(notice)
    if blocks:
        by_address = {it.address.lower(): it for it in reversed(blocks) if it.is_failure}
        about = free_form.words_by_address(notice)
        return tuple(_of_block(it, about, notice, text) for it in reversed(by_address.values()))
    found = free_form.recipients_in(notice, _known(fields, returned))
    named = addresses_in("\n".join(fields.get("x-failed-recipients", ())))
    if named:
        words = {address.lower(): said for address, said in found.items()}
        found = {it: words.get(it.lower(), "") for it in named}
    if not kinds.is_by_daemon(returned):
        found = found or dict.fromkeys(_sent_to(returned), "")
    return tuple(judge(it, None, said, text) for it, said in list(found.items())[:_MOST])


def _failed_inside(original: list[str]) -> tuple[Recipient, ...]:
    """Some systems wrap the report of another one in their own."""
    start = len(_head(original))
    fields = read_fields(original[:start])
    if not kinds.is_by_daemon(fields):
        return ()
    notice, lines = split(original[start:])
    return _failed(fields, notice, read_fields(_head(lines)), [])


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


def _away(fields: Fields) -> tuple[Recipient, ...]:
    address = first_address(first(fields, "from", "reply-to"))
    return (Recipient(address, reason=Reason.AWAY),) if address else ()


def _message_id(returned: Fields, notice: list[str]) -> str | None:
    quoted = "\n".join(line for line in notice if "message-id" in line.lower())
    match = _MESSAGE_ID.search(first(returned, "message-id")) or _MESSAGE_ID.search(quoted)
    return match[1] if match else None


def _referred(fields: Fields, kind: Kind) -> str | None:
    match = _MESSAGE_ID.search(first(fields, *_REFERRED)) if kind is not Kind.OTHER else None
    return match[1] if match else None


def _token(fields: Fields) -> str | None:
    values = (value for name in _SENT_TO for value in fields.get(name, ()))
    return next((match[1] for match in map(_TOKEN.search, values) if match), None)
