"""Signatures are checked by another implementation."""

from base64 import b64encode
from collections.abc import Callable

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from core.mail.dkim import Signer
from tests.core.mail.makers import render, template

Lookup = Callable[..., bytes]
KEYS: dict[str, RSAPrivateKey | Ed25519PrivateKey] = {
    "rsa": generate_private_key(65537, 2048),
    "ed25519": Ed25519PrivateKey.generate(),
}


def signer(kind: str) -> tuple[Signer, Lookup]:
    """A signer and what DNS would say of its key."""
    key = KEYS[kind]
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key()
    if kind == "rsa":
        raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    record = f"v=DKIM1; k={kind}; p={b64encode(raw).decode()}".encode()

    def lookup(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"mail._domainkey.example.org."
        return record

    return Signer("example.org", "mail", pem), lookup


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_mail_verifies_and_a_changed_one_does_not(kind: str) -> None:
    sign, lookup = signer(kind)
    mail = sign.sign(render(name="Анна Петрова"))
    assert dkim.verify(mail, dnsfunc=lookup)
    for old, new in (
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"/u/t_k-1", b"/u/t_k-2"),
        (b"=D0", b"=D1"),
        (b"From: ", b"From: evil@example.org\r\nFrom: "),
    ):
        assert not dkim.verify(mail.replace(old, new, 1), dnsfunc=lookup)


@pytest.mark.parametrize("kind", KEYS)
def test_a_relay_that_folds_and_spaces_differently_does_not_break_it(kind: str) -> None:
    sign, lookup = signer(kind)
    mail = sign.sign(render(template(encoding="8bit", text="a  b \n\n\n")))
    relayed = mail.replace(b"Reply-To: owner", b"reply-to:   owner")
    assert relayed != mail
    assert dkim.verify(relayed, dnsfunc=lookup)


def test_both_signatures_fit_on_one_mail() -> None:
    rsa, rsa_lookup = signer("rsa")
    ed25519, ed25519_lookup = signer("ed25519")
    mail = ed25519.sign(rsa.sign(render()))
    assert dkim.verify(mail, dnsfunc=ed25519_lookup)
    assert dkim.DKIM(mail).verify(1, dnsfunc=rsa_lookup)


@settings(max_examples=60, deadline=None)
@given(st.text("ab \t\n.-", max_size=60))
def test_any_white_space_in_a_body_verifies(text: str) -> None:
    sign, lookup = signer("ed25519")
    body = f"{text}\n".replace("\n", "\r\n").encode()
    head = b"From: a@example.org\r\nSubject:  x \t y\r\n\tz\r\n\r\n"
    assert dkim.verify(sign.sign(head + body), dnsfunc=lookup)


@pytest.mark.parametrize(
    ("address", "aligned"),
    [
        ("shop@example.org", True),
        ("shop@news.Example.ORG", True),
        ("shop@notexample.org", False),
        ("shop@org", False),
        ("anna@gmail.com", False),
    ],
)
def test_a_key_speaks_for_its_domain_and_those_below_it(address: str, aligned: bool) -> None:
    key, _ = signer("ed25519")
    assert key.aligned(address) is aligned
