"""Mails for tests of the bounce reader, in the manner of many mail systems."""

ORIGINAL = """\
Return-Path: <news+t0ken@sender.example>
Received: from app.sender.example by relay.sender.example; Mon, 2 Mar 2026 10:00:00 +0000
From: Shop <news@sender.example>
To: Anna <anna@dest.example>
Subject: Spring
Message-ID: <m1@sender.example>

Hello Anna
"""
DAEMON = "Mail Delivery System <MAILER-DAEMON@relay.sender.example>"


def plain(body: str, subject: str = "Undelivered", sender: str = DAEMON, **fields: str) -> bytes:
    """A mail of one part; further fields with underscores for hyphens."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    return (
        f"From: {sender}\nTo: news@sender.example\nSubject: {subject}\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}"
    ).encode()


def multipart(kind: str, *parts: tuple[str, str], subject: str = "Report") -> bytes:
    """multipart/report of the kind, out of media types and bodies."""
    bodies = "".join(f"--edge\nContent-Type: {media}\n\n{body}\n" for media, body in parts)
    return (
        f"Return-Path: <>\nFrom: {DAEMON}\nTo: <news+t0ken@sender.example>\nSubject: {subject}\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="edge"\n\n'
        f"{bodies}--edge--\n"
    ).encode()


def dsn(*blocks: str, notice: str = "Your mail could not be delivered.") -> bytes:
    fields = "\n\n".join(["Reporting-MTA: dns; relay.sender.example", *blocks])
    return multipart(
        "delivery-status",
        ("text/plain", notice),
        ("message/delivery-status", fields),
        ("message/rfc822", ORIGINAL),
    )
