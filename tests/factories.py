"""Rows as tests need them: sensible by default, any field by name."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from core.articles.models import Article
from core.clients.models import Client
from core.db import Transaction
from core.messages.models import Message, MessageVersion
from core.users.models import User

NOW = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
_numbers = count(1)


async def user(tx: Transaction, **fields: Any) -> User:
    """A registered owner with a confirmed address."""
    no = next(_numbers)
    defaults: dict[str, Any] = {
        "name": "Анна",
        "email": f"owner{no}@example.org",
        "email_confirmed_at": NOW,
        "phone": f"+7999{no:07d}",
        "country": "RU",
        "timezone": "Europe/Moscow",
        "locale": "ru",
        "created_at": NOW,
    }
    made = User(**defaults | fields)
    tx.add(made)
    await tx.flush()
    return made


async def client(tx: Transaction, owner: User, **fields: Any) -> Client:
    """An active client of an owner."""
    no = next(_numbers)
    defaults: dict[str, Any] = {
        "owner_id": owner.id,
        "email": f"client{no}@example.com",
        "first_name": "Иван",
        "created_at": NOW,
    }
    made = Client(**defaults | fields)
    tx.add(made)
    await tx.flush()
    return made


async def message(
    tx: Transaction,
    owner: User,
    subject: str = "Скидки до воскресенья",
    html: str = "<p>Здравствуйте, {имя|друг}!</p>",
    **fields: Any,
) -> Message:
    """A message with its first version."""
    made = Message(
        **{"owner_id": owner.id, "slug": f"message-{next(_numbers)}", "created_at": NOW} | fields
    )
    tx.add(made)
    await tx.flush()
    made.version = MessageVersion(
        message_id=made.id, no=1, subject=subject, html=html, created_at=NOW
    )
    await tx.flush()
    return made


async def article(tx: Transaction, title: str = "Как написать рассылку", **fields: Any) -> Article:
    """A published article for readers of every language."""
    no = next(_numbers)
    defaults: dict[str, Any] = {
        "slug": f"article-{no}",
        "title": title,
        "body": "Одно письмо — **одна мысль**.",
        "published_at": NOW,
        "created_at": NOW,
        "changed_at": NOW,
        "picture": None,
    }
    made = Article(**defaults | fields)
    tx.add(made)
    await tx.flush()
    return made
