"""MAIL and RCPT for an envelope, or why this server cannot take it."""

from core.mail.addresses import BadAddress, ascii_domain
from core.mail.ready import Ready, stuffed, whole_lines
from core.mail.smtp.capabilities import Capabilities
from core.mail.transport import Envelope, Outcome, Result


class Unsendable(Exception):
    """Never to be offered to this server; carries the outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome.text)


def opening(envelope: Envelope, offered: Capabilities) -> bytes:
    """The two commands, each with its CRLF."""
    content = envelope.content
    sender, recipient = _path(envelope, envelope.sender), _path(envelope, envelope.recipient)
    if not recipient:
        raise _unsendable(envelope, 553, "5.1.3", "a message needs a recipient")
    options = b""
    if offered.size is not None:
        if 0 < offered.size < len(content):
            raise _unsendable(envelope, 552, "5.3.4", f"larger than the {offered.size} allowed")
        options = b" SIZE=%d" % len(content)
    if type(content) is not Ready and not content.isascii():
        if not offered.eight_bit:
            raise _unsendable(envelope, 554, "5.6.3", "the server does not take 8-bit content")
        options += b" BODY=8BITMIME"
    if not (sender.isascii() and recipient.isascii()):
        if not offered.smtputf8:
            raise _unsendable(envelope, 553, "5.6.7", "the server does not take such addresses")
        options += b" SMTPUTF8"
    return b"MAIL FROM:<%b>%b\r\nRCPT TO:<%b>\r\n" % (sender, options, recipient)


def for_data(content: bytes) -> bytes:
    """What stands between DATA and the final dot."""
    return content if type(content) is Ready else stuffed(whole_lines(content))


def for_bdat(content: bytes) -> bytes:
    """The same without stuffing."""
    return content if type(content) is Ready else whole_lines(content)


def _path(envelope: Envelope, address: str) -> bytes:
    try:
        return ascii_domain(address).encode() if address else b""
    except (BadAddress, UnicodeEncodeError) as error:
        raise _unsendable(envelope, 553, "5.1.3", str(error)) from error


def _unsendable(envelope: Envelope, code: int, enhanced: str, text: str) -> Unsendable:
    return Unsendable(Outcome(envelope.id, Result.FAILED, code, enhanced, text))
