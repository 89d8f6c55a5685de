"""Mails in the shape the page draws."""

import re
from typing import Any
from urllib.parse import quote

from demo.inbox.mail import Mail, Part

_CID = re.compile(r"cid:([^\"'\s)>]+)")
_UNSUBSCRIBE = re.compile(r"<(https?://[^>]+)>")


def summary(mail: Mail) -> dict[str, Any]:
    """A row of the list."""
    return {
        "id": mail.id,
        "at": mail.at,
        "from": mail.header("From") or mail.sender,
        "to": mail.recipients,
        "subject": mail.subject,
        "preview": " ".join(mail.text[:400].split())[:140],
        "files": len(mail.attachments),
    }


def detail(mail: Mail) -> dict[str, Any]:
    """Everything that the reading pane shows, but for the HTML and the source."""
    found = _UNSUBSCRIBE.search(mail.header("List-Unsubscribe"))
    files = [
        {"name": part.name, "size": len(part.content), "href": address(mail, part)}
        for part in mail.attachments
    ]
    return summary(mail) | {
        "text": mail.text,
        "html": bool(mail.html),
        "headers": [[name, mail.header(name) or str(value)] for name, value in _headers(mail)],
        "unsubscribe": found[1] if found else None,
        "attachments": files,
    }


def _headers(mail: Mail) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in mail.message.raw_items()]


def address(mail: Mail, part: Part) -> str:
    """Where a part is downloaded."""
    return f"/mails/{mail.id}/parts/{mail.parts.index(part)}/{quote(part.name, safe='')}"


def frame(mail: Mail) -> str:
    """The HTML for the sandboxed frame: inner pictures found, links opened beside."""

    def inner(found: re.Match[str]) -> str:
        part = next((part for part in mail.parts if part.cid == found[1]), None)
        return address(mail, part) if part else found[0]

    return f'<base target="_blank">{_CID.sub(inner, mail.html)}'
