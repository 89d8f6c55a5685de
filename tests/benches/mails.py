"""The mail that is measured: personal, Cyrillic, text and HTML, 6 to 8 KB with all headers."""

from collections.abc import Iterator
from datetime import UTC, datetime

from core.mail.message import Compiled, Template, compile
from core.mail.transport import Envelope

SUBJECT = "Скидки до воскресенья, {имя|друг}"
HTML = "<p>Здравствуйте, {имя|друг}!</p>" + (
    "<p>Приходите к нам в воскресенье: будет много интересного и вкусного, а ещё подарки.</p>" * 4
)
NAMES = ("Анна", "Иван", "Мария", "Пётр", "Ольга", "Сергей", "")
DATE = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
SENDER = "shop@example.org"


def compiled() -> Compiled:
    """As a run of it would be."""
    return compile(
        Template(
            subject=SUBJECT,
            html=HTML,
            sender=SENDER,
            sender_name="Магазин «Ёлка», ООО",
            reply_to="owner@example.org",
            unsubscribe_url="https://mail.example.org/u/{token}",
            unsubscribe_mail="unsubscribe+{token}@example.org",
            list_id="<owner-1.example.org>",
            feedback_id="1:1:mailing:mailcenter",
            footer="ООО «Ёлка»\nМосква, Тверская, 1",
        )
    )


def mail(template: Compiled, number: int) -> bytes:
    """The mail of one recipient."""
    name = NAMES[number % len(NAMES)]
    return template.render(
        {"first_name": name},
        recipient=f"r{number}@example.org",
        name=name,
        message_id=f"r1.c{number}.0a1b2c3d4e5f@example.org",
        date=DATE,
        token=f"{number}-Zm9vYmFyYmF6",
    )


def mails(number: int) -> Iterator[Envelope]:
    """Built as they are asked for."""
    template = compiled()
    for n in range(number):
        yield Envelope(n, SENDER, f"r{n}@example.org", mail(template, n))
