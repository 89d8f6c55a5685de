"""One recipient's fate out of what is known: fields first, then its words, then the notice."""

import re

from core.mail.bounces.addresses import ADDRESS
from core.mail.bounces.dsn import Block
from core.mail.bounces.report import Reason, Recipient
from core.mail.bounces.statuses import (
    code_in,
    is_of_authentication,
    is_vague,
    reason_of_codes,
    status_in,
)
from core.mail.bounces.wording import reason_in, sounds_permanent

_LONGEST = 500
_ADDRESSES = re.compile(ADDRESS)
_WHOLE_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_QUOTED = re.compile(  # what the refusing server said, with its wrapped lines
    r"(?:<<<|said:|\breason:|repl(?:y|ied):?|responded:|returned)\s{0,9}'?"
    r"([45]\d\d[ -][^\n]*(?:\n[ \t]+[^\n]*){0,9})",
    re.IGNORECASE,
)
_AFTER_DATA = re.compile(r">>> DATA|end of data|DATA command", re.IGNORECASE)
_AFTER_MAIL = re.compile(
    r"(?:after|reply to|>>>|response to) MAIL(?: FROM| command|\b)", re.IGNORECASE
)
_OF_SENDER = ("5.1.7", "5.1.8", "4.1.7", "4.1.8")
_OF_ADDRESS = (Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN)


def judge(address: str, block: Block | None, words: str, notice: str) -> Recipient:
    """`words` are those about this recipient, `notice` all that was written."""
    said = block.text if block else ""
    status = _status(block, said, words)
    code = code_in(said) or code_in(words)
    if not (status or code or block):
        status, code = status_in(notice), code_in(notice)
    permanent = _is_permanent(status, code, block, said or words, notice)
    reason = _reason(said, words, status, code, notice)
    text = " ".join((said or words).split())[:_LONGEST]
    return Recipient(address, status, code, permanent, reason, text)


def _status(block: Block | None, said: str, words: str) -> str | None:
    """What the refusing server wrote is more exact than what the reporting one made of it."""
    match = _WHOLE_STATUS.match(block.status) if block else None
    given = match[0] if match else None
    told = status_in(said) or status_in("\n".join(_QUOTED.findall(words)))
    if not told and (not given or is_vague(given)):
        told = status_in(words)
    if told and (not given or is_vague(given) or not is_vague(told)):
        return told
    return given or told


def _is_permanent(
    status: str | None, code: int | None, block: Block | None, words: str, notice: str
) -> bool:
    if status and not (is_vague(status) and code):
        return status[0] == "5"
    if code:
        return code // 100 == 5
    if block and block.action.startswith("delayed"):
        return False
    return sounds_permanent(f"{words}\n{notice}")


def _reason(said: str, words: str, status: str | None, code: int | None, notice: str) -> Reason:
    if is_of_authentication(status):
        return Reason.AUTHENTICATION
    for text in (said, words):
        reason = reason_in(_without_addresses(text))
        if reason is not Reason.UNKNOWN:
            return _doubted(reason, status or "", f"{said}\n{words}\n{notice}")
    by_codes = reason_of_codes(status, code)
    return by_codes if by_codes is not Reason.UNKNOWN else reason_in(_without_addresses(notice))


def _doubted(reason: Reason, status: str, text: str) -> Reason:
    """Words like "unknown" may be about the sender; and a server that took RCPT, but disowns the
    user after DATA, filters: the address may live."""
    if reason not in _OF_ADDRESS or status.endswith(".1.1"):
        return reason
    in_dialog = "RCPT T" in text.upper()
    if status in _OF_SENDER or (_AFTER_MAIL.search(text) and not in_dialog):
        return Reason.POLICY
    filters = reason is Reason.USER_UNKNOWN and _AFTER_DATA.search(text) and not in_dialog
    return Reason.FILTERED if filters else reason


def _without_addresses(text: str) -> str:
    return _ADDRESSES.sub("", text)
