"""The DKIM key that the settings name, or one line that says what is wrong with it."""

from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from pydantic import ValidationError

from core.mail.key_file import BadKey, signer_of
from core.settings import Settings
from tests.core.mail.makers import render
from tests.core.mail.test_dkim import KEYS, signer

OPEN = NoEncryption()


def settings(**fields: Any) -> Settings:
    return Settings(_env_file=None, **fields)  # type: ignore[call-arg]  # added by its metaclass


def named(file: Path) -> Settings:
    return settings(dkim_domain="example.org", dkim_selector="mail", dkim_key_file=file)


def pem(key: Any, encryption: KeySerializationEncryption = OPEN) -> bytes:
    content: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return content


@pytest.mark.parametrize("kind", KEYS)
def test_mails_are_signed_by_the_key_in_the_file(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "dkim.pem"
    file.write_bytes(pem(KEYS[kind]))
    sign = signer_of(named(file))
    assert sign
    _, lookup = signer(kind)
    assert dkim.verify(sign.sign(render()), dnsfunc=lookup)


def test_without_the_settings_nothing_is_signed() -> None:
    assert signer_of(settings()) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"no key", "not a private key in PEM"),
        (pem(KEYS["rsa"], BestAvailableEncryption(b"word")), "protected by a password"),
        (pem(generate_ec_key(SECP256R1())), "a DKIM key is an RSA or an Ed25519 key"),
    ],
)
def test_a_wrong_key_is_told_in_one_line(content: bytes | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "dkim.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadKey, match=why) as caught:
        signer_of(named(file))
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_half_of_the_settings_is_refused() -> None:
    with pytest.raises(ValidationError, match="DKIM_SELECTOR and DKIM_KEY_FILE"):
        settings(dkim_domain="example.org")
    with pytest.raises(ValidationError, match="dkim_domain"):
        settings(dkim_domain="not a domain", dkim_selector="mail", dkim_key_file="x")
