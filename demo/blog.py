"""The demo's articles: two for owners, in both languages, so that the blog is worth reading."""

from datetime import datetime, timedelta
from pathlib import Path

from core.articles import pictures, service
from core.db import Transaction
from core.i18n import LOCALES
from core.users.models import User

FOLDER = Path(__file__).parent / "articles"

# The file of the text, its picture, what that shows, and how many days ago it came out.
ARTICLES = (
    (
        "first-mailing",
        "letter.jpg",
        {"ru": "Письмо выглядывает из конверта", "en": "A letter looks out of its envelope"},
        9,
    ),
    (
        "when-to-write",
        "calendar.jpg",
        {"ru": "Календарь с письмом по вторникам", "en": "A calendar with a letter each Tuesday"},
        2,
    ),
)


async def write(tx: Transaction, author: User, now: datetime) -> None:
    """Both articles in every language, published some days ago."""
    for name, picture, shows, days in ARTICLES:
        drawn = pictures.fit(picture, (FOLDER / picture).read_bytes())
        for locale in LOCALES:
            title, summary, body = (
                (FOLDER / f"{name}.{locale}.md").read_text("utf-8").split("\n\n", 2)
            )
            given = {"title": title, "summary": summary, "body": body, "locale": locale}
            given |= {"picture_alt": shows[locale]}
            published = now - timedelta(days=days)
            article = await service.create(tx, author, given, published)
            await service.set_picture(tx, article, drawn, published)
            await service.publish(tx, article, published)
