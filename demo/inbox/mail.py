"""A mail as it arrived, read only when somebody looks at it."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from html import unescape

_LINK = re.compile(r"https?://[^\s<>\"']+")
_TAG = re.compile(r"<(style|script|head)\b.*?</\1>|<[^>]+>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """An attachment, or a picture inside the HTML."""

    name: str
    mime: str
    content: bytes
    cid: str


@dataclass(frozen=True)
class Mail:
    """The envelope and the bytes; the rest is parsed from them on demand."""

    id: int
    sender: str
    recipients: list[str]
    raw: bytes
    at: float

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    def header(self, name: str) -> str:
        """A decoded header, or nothing; a broken one is shown as it came."""
        try:
            return str(self.message.get(name, ""))
        except (ValueError, IndexError, AttributeError):
            return ""

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @cached_property
    def text(self) -> str:
        """The text part; of a mail that has only HTML, its words."""
        return self._body("plain") or _words(self.html)

    @cached_property
    def html(self) -> str:
        return self._body("html")

    @cached_property
    def parts(self) -> list[Part]:
        """Whatever is neither the text nor the HTML."""
        found = [part for part in self.message.walk() if _is_file(part)]
        return [_part(part, number) for number, part in enumerate(found, 1)]

    @property
    def attachments(self) -> list[Part]:
        """The parts that the HTML does not show itself."""
        return [part for part in self.parts if not part.cid or f"cid:{part.cid}" not in self.html]

    @property
    def links(self) -> list[str]:
        """Addresses in the text and in the HTML, each once, in order."""
        found = _LINK.findall(f"{self.text} {unescape(self.html)}")
        return list(dict.fromkeys(link.rstrip(".,;:!?)") for link in found))

    def _body(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        if part is None:
            return ""
        try:
            return str(part.get_content())
        except (LookupError, ValueError, KeyError):
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _is_file(part: EmailMessage) -> bool:
    shown = part.get_content_type() in {"text/plain", "text/html"}
    return not part.is_multipart() and (part.is_attachment() or not shown)


def _part(part: EmailMessage, number: int) -> Part:
    payload = part.get_payload(decode=True)
    mime, cid = part.get_content_type(), str(part.get("Content-ID", "")).strip().strip("<>")
    name = part.get_filename() or f"part-{number}.{part.get_content_subtype()}"
    return Part(name, mime, payload if isinstance(payload, bytes) else b"", cid)


def _words(html: str) -> str:
    return "\n".join(line.strip() for line in unescape(_TAG.sub("", html)).splitlines()).strip()
