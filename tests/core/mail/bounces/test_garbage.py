"""Whatever arrives, the reader answers, soon."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.mail.bounces import Kind, Report, read
from tests.core.mail.bounces import mails
from tests.core.mail.bounces.test_delivery_reports import FULL, UNKNOWN

LINES = st.sampled_from(
    [
        *mails.dsn(UNKNOWN, FULL).splitlines(),
        b"Content-Type: multipart/mixed; boundary=edge",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b'Content-Type: text/plain; charset="no-such"',
        b'Content-Type: text/plain; charset="unicode_escape"',
        b"Subject: =?utf-8?b?!?= =?x?q?=FF?= =?unicode_escape?q?=5Cud800?=",
        b"<anna@dest.example>: 550 5.1.1 \\ud800 \xff",
        b"<anna@dest.example>: 550 5.1.1 unknown",
        b"Feedback-Type: abuse",
        b"",
    ]
)
NOISE = st.binary(max_size=60)


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(mail: bytes) -> None:
    assert isinstance(read(mail), Report)


@settings(max_examples=300)
@given(st.lists(LINES | NOISE, max_size=60), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_any_shuffle_of_a_report_is_read(lines: list[bytes], end: bytes) -> None:
    report = read(end.join(lines))
    assert all("@" in it.address for it in report.recipients)
    assert report.kind in Kind
    for it in report.recipients:
        it.text.encode()


@given(st.integers(0, 3000), st.integers(0, 200), NOISE)
def test_any_damaged_report_is_read(at: int, length: int, noise: bytes) -> None:
    mail = mails.dsn(UNKNOWN, FULL)
    assert isinstance(read(mail[:at] + noise + mail[at + length :]), Report)


HEAD = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n"
NESTED = b"Content-Type: multipart/mixed; boundary=a\n\n"


@pytest.mark.parametrize(
    "mail",
    [
        HEAD + b"user " * 400_000,
        HEAD + b"a@" * 1_000_000,
        HEAD + b"<a@b.example>:\n" * 150_000,
        HEAD + b"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n" * 40_000,
        HEAD + b"-" * 2_000_000,
        HEAD + b"550 5.1." * 250_000,
        HEAD.replace(b"\n\n", b"\nContent-Type: text/html\n\n") + b"<p " * 700_000,
        NESTED + (b"--a\n" + NESTED) * 40_000,
        b"Subject: " + b"=?utf-8?q?" * 200_000,
    ],
    ids=["words", "ats", "addresses", "blocks", "dashes", "codes", "tags", "parts", "encoded"],
)
def test_a_hostile_mail_costs_little(mail: bytes) -> None:
    start = time.process_time()
    report = read(mail)
    assert time.process_time() - start < 3
    assert len(report.recipients) <= 200
