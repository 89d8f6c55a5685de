"""DKIM signatures (RFC 6376, relaxed/relaxed), by RSA-2048 or Ed25519 (RFC 8463).

From is listed twice, so that nobody can add a second one below the signature. An RSA signature
costs about half a millisecond: sign in a thread, not in the event loop's.
"""

import re
from base64 import b64encode
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from core.mail.addresses import ascii_domain

SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "list-unsubscribe",
    "list-unsubscribe-post", "list-id", "feedback-id", "mime-version", "content-type",
)  # fmt: skip
LEAST_BITS = 1024

_CRLF = b"\r\n"
_FIELDS = re.compile(rb"\r\n(?![ \t])").split


class Signer:
    """A domain's key under its selector; the key is PEM, PKCS#8 or PKCS#1."""

    def __init__(self, domain: str, selector: str, key: bytes) -> None:
        private = load_pem_private_key(key, password=None)
        if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
            raise ValueError("a DKIM key is an RSA or an Ed25519 key")
        if isinstance(private, RSAPrivateKey) and private.key_size < LEAST_BITS:
            raise ValueError(f"an RSA key for DKIM has at least {LEAST_BITS} bits")
        self._key = private
        self.domain = domain
        kind = "rsa" if isinstance(private, RSAPrivateKey) else "ed25519"
        self._start = f"v=1; a={kind}-sha256; c=relaxed/relaxed;\r\n d={domain}; s={selector};"

    def aligned(self, address: str) -> bool:
        """Whether it speaks for this sender: a receiver asks that of a signature (DMARC)."""
        domain = ascii_domain(address).rpartition("@")[2].lower()
        return f".{domain}".endswith(f".{self.domain.lower()}")

    def sign(self, content: bytes) -> bytes:
        """The message with its signature on top."""
        head, _, body = content.partition(b"\r\n\r\n")
        parts = (field.partition(b":") for field in _FIELDS(head))
        fields = {name.rstrip().lower(): value for name, _, value in parts}
        signed = [name for name in SIGNED if name.encode() in fields]
        digest = b64encode(sha256(_relaxed_body(body)).digest()).decode()
        unsigned = f"{self._start}\r\n h={_names(signed)};\r\n bh={digest};\r\n b="
        data = b"".join(_relaxed(name, fields[name.encode()]) for name in signed)
        data += _relaxed("dkim-signature", unsigned.encode()).removesuffix(b"\r\n")
        signature = b64encode(self._sign(data)).decode()
        folded = "\r\n ".join(signature[at : at + 72] for at in range(0, len(signature), 72))
        return type(content)(f"DKIM-Signature: {unsigned}{folded}\r\n".encode() + content)

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(sha256(data).digest())


def _names(signed: list[str]) -> str:
    lines, names = [""], ["from", *signed]
    for name in names:
        if len(lines[-1]) + len(name) > 68:
            lines.append("")
        lines[-1] += f"{name}:"
    return "\r\n ".join(lines).removesuffix(":")


def _relaxed(name: str, value: bytes) -> bytes:
    line = _squeezed(value.replace(_CRLF, b"")).strip(b" ")
    return name.encode() + b":" + line + _CRLF


def _relaxed_body(body: bytes) -> bytes:
    body = (_squeezed(body) + _CRLF).replace(b" \r\n", _CRLF)
    end = len(body)
    while body.endswith(_CRLF, 0, end):
        end -= len(_CRLF)
    return body[:end] + _CRLF if end else b""


def _squeezed(text: bytes) -> bytes:
    """White space as single spaces, by plain replacing: several times as fast as by a pattern."""
    text = text.replace(b"\t", b" ")
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text
