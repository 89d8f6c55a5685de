"""Erasing an account whose time has come: nobody is named any more, the ledger's counts stay."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, delete, select, text

from core.db import Base, Transaction
from core.leaving import hashes
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.users.models import User

# What goes on to say how much was sent when, or whom nobody may write to (as hashes).
KEPT = {"mailings", "messages", "erased_addresses"}

OPEN_RUN = text("""
    SELECT EXISTS (SELECT FROM runs JOIN mailings m ON m.id = runs.mailing_id
    WHERE m.owner_id = :user AND runs.status <> 'finished')
""")

# An answer of a server, and a bounce, may quote the address: what was decided by it stays.
ANONYMISED = [
    text(statement)
    for statement in (
        """UPDATE deliveries d SET email = '—', values = '{}', smtp_text = NULL
           FROM runs JOIN mailings m ON m.id = runs.mailing_id
           WHERE d.run_id = runs.id AND m.owner_id = :user""",
        """UPDATE past_outcomes p SET smtp_text = NULL
           FROM runs JOIN mailings m ON m.id = runs.mailing_id
           WHERE p.run_id = runs.id AND m.owner_id = :user""",
        """UPDATE returns r SET text = ''
           FROM runs JOIN mailings m ON m.id = runs.mailing_id
           WHERE r.run_id = runs.id AND m.owner_id = :user""",
        """UPDATE mailings SET segment = CASE WHEN segment IS NULL THEN NULL
               ELSE '{"tags": [], "without": [], "quiet_days": null}'::jsonb END
           WHERE owner_id = :user""",
        """DELETE FROM message_files f USING messages m
           WHERE f.message_id = m.id AND m.owner_id = :user""",
        """UPDATE message_versions v
           SET subject = '—', html = '', button_text = NULL, button_url = NULL
           FROM messages m WHERE v.message_id = m.id AND m.owner_id = :user""",
        """UPDATE messages SET slug = 'erased-' || id, active = false WHERE owner_id = :user""",
        """DELETE FROM telegram_updates u USING telegram_accounts t
           WHERE u.sender_id = t.telegram_id AND t.user_id = :user AND u.done_at IS NOT NULL""",
        """DELETE FROM telegram_accounts WHERE user_id = :user""",
        """UPDATE audit_log SET object_name = '', changes = '{}'
           WHERE object_type = 'users' AND object_id = CAST(CAST(:user AS bigint) AS text)""",
        """UPDATE audit_log SET actor = '' WHERE actor_id = :user""",
    )
]


async def erase_due(tx: Transaction, keys: Sequence[bytes], now: datetime) -> int:
    """Take a step with one account whose time has come; 0 when nothing is left to do now.

    One whose letters are still on their way is finished first, and erased the next time.
    """
    due = select(User).where(User.delete_at <= now, User.erased_at.is_(None))
    for user in await tx.scalars(due.order_by(User.delete_at).limit(100)):
        if await _stopped(tx, user, now):
            return 1
        if not await tx.scalar(OPEN_RUN, {"user": user.id}):
            await erase(tx, user.id, keys, now)
            return 1
    return 0


async def _stopped(tx: Transaction, user: User, now: datetime) -> bool:
    """Finish what is not finished; False when nothing had to be."""
    mine = select(Mailing.id).where(Mailing.owner_id == user.id, Mailing.status != "finished")
    ids = (await tx.scalars(mine.order_by(Mailing.id))).all()
    for mailing_id in ids:
        await mailings.finish(tx, user, mailing_id, now)
    return bool(ids)


async def erase(tx: Transaction, user_id: int, keys: Sequence[bytes], now: datetime) -> None:
    """Everything of a user goes, but the numbers of the ledger, hashes of those who must not be
    written to, and an empty row to hold them. `keys` are those of the hashes."""
    user = await tx.get_one(User, user_id, with_for_update=True)
    await hashes.keep(tx, user_id, keys)
    for statement in ANONYMISED:
        await tx.execute(statement, {"user": user_id})
    for table, column in theirs():
        await tx.execute(delete(table).where(table.c[column] == user_id))
    user.name, user.phone, user.email = "—", "", f"erased-{user_id}@deleted.invalid"
    user.email_confirmed_at, user.is_admin, user.daily_quota = None, False, None
    user.signature = user.quiet_from = user.quiet_to = None
    user.blocked_at = user.erased_at = now
    user.delete_at = user.export_chat_id = None
    await tx.flush()


def theirs() -> list[tuple[Table, str]]:
    """Tables whose rows are a user's own and go with the user, those that refer to others first."""
    return [
        (table, key.parent.name)
        for table in reversed(Base.metadata.sorted_tables)
        if table.name not in KEPT
        for key in table.foreign_keys
        if key.column.table.name == User.__tablename__ and key.ondelete == "CASCADE"
    ]
