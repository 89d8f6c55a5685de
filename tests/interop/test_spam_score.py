"""SpamAssassin's local rules find nothing wrong with what we send."""

import re
import shutil
import subprocess
from datetime import datetime
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from core.db import Transaction
from core.letters.compose import compose
from core.letters.requests import request
from core.mail.mime import Part
from core.settings import Settings
from tests import factories
from tests.core.mail.makers import DATE, render, template

SPAMASSASSIN = shutil.which("spamassassin")
LIMIT = 1.0  # 5.0 would be spam
# It takes Cyrillic for disguised Latin once a random address happens to hold enough of "e".
NOT_OURS = "score MIXED_ES 0.01"

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not SPAMASSASSIN, reason="needs SpamAssassin"),
]

TEXT = (
    "Здравствуйте, {имя|друг}!",
    "Мы открыли запись на зимние занятия: лепка, рисунок и керамика для взрослых и детей. "
    "Группы небольшие, до восьми человек, всё нужное для работы есть в мастерской.",
    "Первое занятие можно посетить бесплатно. Расписание и цены лежат на нашем сайте, а на "
    "вопросы мы отвечаем по телефону и в ответ на это письмо.",
    "Будем рады видеть вас снова.",
)
HTML = "".join(f"<p>{each}</p>" for each in TEXT) + (
    '<p><a href="https://studio.example.org/winter">Расписание занятий</a></p>'
)


def mailing(*parts: Part, encoding: str = "quoted-printable") -> bytes:
    subject = "Зимние занятия в мастерской, {имя|друг}"
    return render(
        template(subject=subject, html=HTML, parts=parts, encoding=encoding),
        {"first_name": "Анна"},
        name="Анна Петрова",
        message_id="r1.c2.0a1b2c3d4e5f@example.org",
        date=DATE,
    )


def received(mail: bytes, at: datetime) -> bytes:
    """As the recipient's server hands it to the filter."""
    trace = (
        "Return-Path: <bounce+r1.c2.0a1b2c3d4e5f@example.org>\r\n"
        "Received: from mail.example.org (mail.example.org [93.184.215.14])\r\n"
        f"\tby mx.example.net (Postfix) with ESMTPS id 4F1A2B3C4D; {format_datetime(at)}\r\n"
    )
    return trace.encode() + mail


def score(mail: bytes, at: datetime = DATE) -> tuple[float, str]:
    """The score, and the rules that made it."""
    command = [str(SPAMASSASSIN), "--local", "--test-mode", f"--cf={NOT_OURS}"]
    done = subprocess.run(command, input=received(mail, at), capture_output=True, check=True)  # noqa: S603  found above
    words = done.stdout.decode(errors="replace")
    found = re.search(r"X-Spam-Status: \w+, score=(-?[\d.]+)", words)
    assert found, words
    return float(found[1]), words.partition("Content analysis details:")[2]


@pytest.mark.parametrize("encoding", ["quoted-printable", "8bit"])
def test_a_mailing_is_no_spam(encoding: str) -> None:
    points, rules = score(mailing(encoding=encoding))
    assert points < LIMIT, rules


def test_a_mailing_with_files_is_no_spam() -> None:
    points, rules = score(mailing(Part("Цены.pdf", "application/pdf", b"%PDF-1.4\n" * 500)))
    assert points < LIMIT, rules


async def test_a_letter_of_the_service_is_no_spam(tx: Transaction, now: datetime) -> None:
    letter = await request(tx, await factories.user(tx), "confirm", now)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # added by its metaclass
        public_url="https://mail.example.org",
        mail_from="center@example.org",
        secret_key=SecretStr("a key for tests"),
    )
    mail = await compose(tx, letter, settings, now, bot_username="mail_bot")
    points, rules = score(mail, now)
    assert points < LIMIT, rules


def test_spam_is_told_from_it() -> None:
    gtube = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    points, _ = score(b"Subject: x\r\n\r\n" + gtube + b"\r\n")
    assert points > 5
