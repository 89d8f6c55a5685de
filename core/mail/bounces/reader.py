"""From the bytes of a mail to a report about it."""

import re

from core.mail.bounces import answers, complaints, dsn, kinds, replies
from core.mail.bounces.addresses import first_address
from core.mail.bounces.failed import failed_in, failed_inside, failed_unnamed
from core.mail.bounces.fields import Fields, first, read_fields
from core.mail.bounces.notices import head_of, notice_and_original
from core.mail.bounces.parts import Part, take_apart
from core.mail.bounces.report import Kind, Reason, Recipient, Report

_SENT_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
_TOKEN = re.compile(r"[^\s@<>+,;\"]+\+([^\s@<>,;\"]{1,200})@")
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,250})>")
_REFERRED = ("in-reply-to", "references")


def read(mail: bytes) -> Report:
    """What the mail is, whom it speaks of and why; never raises, whatever the bytes."""
    fields, parts = take_apart(mail)
    notice, original = notice_and_original(parts)
    returned = read_fields(head_of(original))
    message, blocks = dsn.blocks_of(parts, notice)
    kind = Kind.OTHER
    recipients: tuple[Recipient, ...] = ()
    unnamed: Recipient | None = None
    if _is_complaint(fields, parts, returned, blocks):
        kind, recipients = Kind.COMPLAINT, complaints.complainers(fields, parts, returned)
        unnamed = Recipient("", reason=complaints.why(fields, parts))
    elif _is_bounce(fields, notice, returned, blocks):
        kind, recipients = Kind.BOUNCE, failed_in(fields, notice, returned, blocks)
        recipients = recipients or failed_inside(original)
        unnamed = None if recipients else failed_unnamed(notice, blocks)
    elif not blocks and (replies.is_auto_reply(fields) or kinds.is_by_nobody(fields)):
        kind, recipients = Kind.AUTO_REPLY, _away(fields)
    message_id = _message_id(returned, notice) or _referred(fields, kind)
    envelope_id = first(message, "original-envelope-id") or None
    answer = answers.answer_in(fields, notice) if kind is Kind.OTHER else None
    token = _token(fields, returned)
    return Report(kind, recipients, message_id, token, envelope_id, answer, unnamed)


def _is_complaint(
    fields: Fields, parts: list[Part], returned: Fields, blocks: list[dsn.Block]
) -> bool:
    if complaints.has_report(fields, parts):
        return True
    return not blocks and complaints.sounds_like_complaint(fields, returned)


def _is_bounce(
    fields: Fields, notice: list[str], returned: Fields, blocks: list[dsn.Block]
) -> bool:
    if blocks and not kinds.is_answer(fields):
        return any(block.is_failure for block in blocks)
    if kinds.has_report(fields):
        return True
    text = "\n".join(notice)
    if replies.is_receipt(fields):
        return False
    if replies.is_auto_reply(fields) and not kinds.names_daemon(fields):
        return not replies.says_away(fields) and kinds.is_plain_failure(fields, text)
    return kinds.sounds_like_bounce(fields, text, returned)


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


def _token(fields: Fields, returned: Fields) -> str | None:
    """Complaints go to a fixed address, but return the mail with its own."""
    values = [value for name in _SENT_TO for value in fields.get(name, ())]
    matches = map(_TOKEN.search, [*values, *returned.get("return-path", ())])
    return next((match[1] for match in matches if match), None)
