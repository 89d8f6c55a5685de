"""A mailing's mail: compiled once, rendered per recipient by filling in what differs.

`compile(template)` lays out, inlines and encodes everything that is the same for everybody;
`Compiled.render` joins those pieces with the recipient's own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from html import unescape
from urllib.parse import quote

from core.mail import headers
from core.mail.bodies import Encoding, Marks, choose, html_body, text_body
from core.mail.layout import html_page, text_page
from core.mail.mime import Field, Part, Pieces, file, joined, leaf, multipart
from core.mail.placeholders import KNOWN, Slot, split
from core.mail.ready import Ready, is_ready
from core.mail.text import text_from_html

_TOKEN = b"{token}"
_MESSAGE_ID = re.compile(r"<?[!-;=?A-~]+@[!-;=?A-~]+>?").fullmatch
_SAFE = re.compile(r"[A-Za-z0-9_-]*").fullmatch
_TOKEN_SLOT = Slot("\x00token")
_Place = tuple[int, Callable[[str], bytes], str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """What a mailing says, and as whom. `html` is the body alone, without a frame; `hero` is a
    picture's HTML above it, `signature` plain text below it.

    `unsubscribe_url` and `unsubscribe_mail` contain `{token}`, which `render` fills.
    """

    subject: str
    html: str
    sender: str
    sender_name: str = ""
    text: str = ""
    reply_to: str | None = None
    unsubscribe_url: str | None = None
    unsubscribe_mail: str | None = None
    list_id: str | None = None
    feedback_id: str | None = None
    footer: str = ""
    layout: str = "letter"
    hero: str = ""
    signature: str = ""
    language: str = "ru"
    parts: tuple[Part, ...] = ()
    known: tuple[str, ...] = KNOWN
    encoding: Encoding = "quoted-printable"
    auto_submitted: bool = False


class Compiled:
    """A template ready for its recipients."""

    def __init__(self, template: Template, body: Pieces) -> None:
        self._pieces = [piece if isinstance(piece, bytes) else b"" for piece in body]
        self._pieces[0] = _head(template) + self._pieces[0]
        self._fields, self._copies = _fields(body)
        self._subject = split(template.subject, template.known)
        self._unsubscribe = _unsubscribe(template)
        self._ready = "8bit" not in template.encoding and self._is_ready()

    def render(
        self,
        values: Mapping[str, str],
        *,
        recipient: str,
        message_id: str,
        date: datetime,
        name: str = "",
        token: str = "",
    ) -> bytes:
        """The complete mail for one recipient; the same arguments give the same bytes."""
        pieces = self._pieces.copy()
        safe = token if _SAFE(token) else quote(token, safe="")
        pieces[0] = b"Date: %b\r\nMessage-ID: <%b>\r\nTo: %b\r\nSubject: %b\r\n%b%b" % (
            headers.date(date),
            _bare(message_id),
            headers.mailbox(recipient, name),
            headers.unstructured(self.subject(values)),
            self._unsubscribe.replace(_TOKEN, safe.encode()),
            pieces[0],
        )
        for index, encode, key, fallback in self._fields:
            value = token if key == _TOKEN_SLOT.name else values.get(key)
            pieces[index] = encode(value or fallback)
        for index, same in self._copies:
            pieces[index] = pieces[same]
        content = b"".join(pieces)
        return Ready(content) if self._ready else content

    def _is_ready(self) -> bool:
        """Whether what is the same in every mail is; values are one line, encoded, in any case."""
        whole = b"".join((self._unsubscribe, *self._pieces))
        return whole.isascii() and is_ready(whole)

    def subject(self, values: Mapping[str, str]) -> str:
        """The subject with this recipient's values."""
        return "".join(
            [
                piece if isinstance(piece, str) else values.get(piece.name) or piece.fallback
                for piece in self._subject
            ]
        )


def compile(template: Template) -> Compiled:
    """Do once what need not be done per recipient."""
    return Compiled(template, joined(_assemble(template, _boundary(template))))


def _fields(body: Pieces) -> tuple[list[_Place], list[tuple[int, int]]]:
    """Where values go; what is written twice in the same way is encoded once and copied."""
    places: list[_Place] = []
    copies: list[tuple[int, int]] = []
    first: dict[Field, int] = {}
    for index, piece in enumerate(body):
        if isinstance(piece, bytes):
            continue
        if (same := first.setdefault(piece, index)) == index:
            places.append((index, piece.encode, piece.name, piece.fallback))
        else:
            copies.append((index, same))
    return places, copies


def _bare(message_id: str) -> bytes:
    if not _MESSAGE_ID(message_id):
        raise ValueError(f"not a Message-ID: {message_id!r}")
    return message_id.strip("<>").encode()


def _unsubscribe(template: Template) -> bytes:
    ways = []
    if template.unsubscribe_url:
        ways.append(f"<{template.unsubscribe_url}>")
    if template.unsubscribe_mail:
        ways.append(f"<mailto:{template.unsubscribe_mail}?subject=unsubscribe>")
    if not ways:
        return b""
    field = "List-Unsubscribe: " + ",\r\n ".join(ways) + "\r\n"
    if ways[0].startswith("<https://"):
        field += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return field.encode()


def _head(template: Template) -> bytes:
    fields = [b"From: " + headers.mailbox(template.sender, template.sender_name)]
    if template.reply_to:
        fields.append(b"Reply-To: " + headers.mailbox(template.reply_to))
    if template.list_id:
        fields.append(b"List-Id: " + headers.unstructured(template.list_id))
    if template.feedback_id:
        fields.append(b"Feedback-ID: " + headers.unstructured(template.feedback_id))
    if template.auto_submitted:
        fields.append(b"Auto-Submitted: auto-generated")
    return b"\r\n".join((*fields, b"MIME-Version: 1.0\r\n"))


def _boundary(template: Template) -> str:
    digest = blake2b(repr(template).encode("utf-8", "replace"), digest_size=12)
    return f"=_{digest.hexdigest()}"  # "=_" occurs neither in quoted-printable nor in base64


def _assemble(template: Template, boundary: str) -> Pieces:
    pictures = [file(part) for part in template.parts if part.cid]
    attachments = [file(part) for part in template.parts if not part.cid]
    shown = multipart("related", f"{boundary}r", [_html(template), *pictures])
    either = multipart("alternative", f"{boundary}a", [_text(template), shown])
    return multipart("mixed", f"{boundary}m", [either, *attachments])


def _html(template: Template) -> Pieces:
    marks = Marks()
    cut = [_plain_fallback(piece) for piece in split(template.html, template.known)]
    page = html_page(
        marks.hide(split(template.subject, template.known)),
        marks.hide(cut),
        template.footer,
        _url_with(marks, template.unsubscribe_url),
        template.language,
        layout=template.layout,
        hero=template.hero,
        signature=marks.hide([template.signature]),
    )
    pieces = marks.show(page.replace("\r", ""))
    encoding = choose(template.encoding, pieces)
    return leaf("html", encoding, html_body(pieces, encoding))


def _text(template: Template) -> Pieces:
    marks = Marks()
    text = template.text or text_from_html(template.html)
    page = text_page(
        marks.hide(split(text, template.known)),
        template.footer,
        _url_with(marks, template.unsubscribe_url),
        template.language,
        signature=marks.hide([template.signature]),
    )
    pieces = marks.show(page.replace("\r", ""))
    encoding = choose(template.encoding, pieces)
    return leaf("plain", encoding, text_body(pieces, encoding))


def _url_with(marks: Marks, url: str | None) -> str | None:
    if url is None:
        return None
    before, token, after = url.partition(_TOKEN.decode())
    return marks.hide([before, _TOKEN_SLOT, after]) if token else url


def _plain_fallback(piece: str | Slot) -> str | Slot:
    return piece if isinstance(piece, str) else Slot(piece.name, unescape(piece.fallback))
