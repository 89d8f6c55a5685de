"""What comes back, as mail systems write it."""

from core.delivery import marks
from core.delivery.models import Delivery
from core.keys import key_for
from core.settings import Settings

DOMAIN = "bounces.example.org"


def return_address(settings: Settings, row: Delivery) -> str:
    """Where a bounce of this mail goes."""
    mark = marks.sign(row.run_id, row.client_id, key_for(settings, marks.BOUNCE))
    return f"bounce+{mark}@{DOMAIN}"


def message_id(settings: Settings, row: Delivery) -> str:
    """Of this mail."""
    mark = marks.sign(row.run_id, row.client_id, key_for(settings, marks.MESSAGE_ID))
    return f"{mark}@example.org"


def bounce(recipient: str, status: str, words: str, original: str = "x@elsewhere.test") -> bytes:
    """A delivery report (RFC 3464)."""
    action = "failed" if status.startswith("5") else "delayed"
    return _report(
        "delivery-status",
        "message/delivery-status",
        f"Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {recipient}\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status} {words}",
        original,
    )


def complaint(recipient: str, original: str, kind: str = "abuse") -> bytes:
    """A report by the recipient's provider (RFC 5965)."""
    return _report(
        "feedback-report",
        "message/feedback-report",
        f"Feedback-Type: {kind}\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Rcpt-To: {recipient}",
        original,
    )


def _report(kind: str, media: str, fields: str, message_id: str) -> bytes:
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nTo: <post@example.org>\n"
        "Subject: Report\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="edge"\n\n'
        "--edge\nContent-Type: text/plain\n\nYour mail could not be delivered.\n"
        f"--edge\nContent-Type: {media}\n\n{fields}\n"
        f"--edge\nContent-Type: text/rfc822-headers\n\nSubject: Hello\n"
        f"Message-ID: <{message_id}>\n\n--edge--\n"
    ).encode()


def answer(sender: str, message_id: str, words: str, extra: str = "") -> bytes:
    """What a person writes back."""
    return (
        f"From: Anna <{sender}>\nTo: <post@example.org>\nSubject: Re: Hello\n{extra}"
        f"In-Reply-To: <{message_id}>\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{words}\n\nOn Mon, 23 Nov 2026 at 10:00, Shop <post@example.org> wrote:\n> Hello\n"
    ).encode()
