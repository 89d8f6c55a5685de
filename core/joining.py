"""What an unconfirmed user wrote goes along when its chat signs in to a user who exists."""

from sqlalchemy import text

from core.cache import marks
from core.clients.models import Client, OwnField
from core.db import Transaction
from core.users.models import User

# A message keeps its slug unless the other one has it; a client both have stays as it was there,
# and so does a field of their own.
_MESSAGES = text("""
    UPDATE messages AS m SET owner_id = :kept, slug = CASE WHEN EXISTS (
        SELECT FROM messages WHERE owner_id = :kept AND slug = m.slug
    ) THEN m.slug || '-' || m.id ELSE m.slug END
    WHERE owner_id = :left
""")
_CLIENTS = text("""
    UPDATE clients AS c SET owner_id = :kept
    WHERE owner_id = :left AND NOT EXISTS (
        SELECT FROM clients WHERE owner_id = :kept AND lower(email) = lower(c.email)
    )
""")
_FIELDS = text("""
    UPDATE client_fields AS f SET owner_id = :kept
    WHERE owner_id = :left AND NOT EXISTS (
        SELECT FROM client_fields WHERE owner_id = :kept AND key = f.key
    )
""")
_LEFT = text("""
    DELETE FROM users WHERE id = :left AND email_confirmed_at IS NULL
    AND NOT EXISTS (SELECT FROM telegram_accounts WHERE user_id = :left)
    AND NOT EXISTS (SELECT FROM mailings WHERE owner_id = :left)
""")


async def absorb(tx: Transaction, left: User, kept: User) -> None:
    """Move messages and clients from `left` to `kept`, and drop `left` when nobody needs it."""
    for statement in (_MESSAGES, _CLIENTS, _FIELDS, _LEFT):
        await tx.execute(statement, {"left": left.id, "kept": kept.id})
    for model in (Client, OwnField):
        for owner in (left, kept):
            marks.touch(tx, model, owner.id)
