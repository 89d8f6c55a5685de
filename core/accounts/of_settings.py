"""The account that the settings name, as a row: limits, state and order like every other's.

HOST_USER, PASS_USER and SMTP_* decide; what an administrator sets on the row (limits, warm-up,
order) stays.
"""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import state
from core.accounts.crypto import Unreadable, Vault
from core.accounts.models import SmtpAccount
from core.accounts.sealed import password_of, put
from core.db import Transaction
from core.mail.presets import account_of, preset_of, sender_of, server_of
from core.settings import Settings


async def follow_settings(tx: Transaction, settings: Settings) -> None:
    """Make the row, or bring it up to date; a changed account begins without a past."""
    server = server_of(settings)
    if server is None:
        return
    row = await _row(tx, settings)
    wanted = {
        "host": server.host,
        "port": server.port,
        "security": server.security,
        "username": server.username,
        "from_address": sender_of(settings),
    }
    vault = Vault(settings)
    if _differs(row, wanted) or _password(row, vault) != server.password:
        for name, value in wanted.items():
            setattr(row, name, value)
        put(row, server.password, vault)
        state.clear(row)


async def _row(tx: Transaction, settings: Settings) -> SmtpAccount:
    """The row of this name, made with what is known of its provider."""
    name, daily = account_of(settings)
    mine = select(SmtpAccount).where(SmtpAccount.from_settings, SmtpAccount.name == name)
    found: SmtpAccount | None = await tx.scalar(mine)
    if found is None:
        preset = preset_of(settings)
        made = insert(SmtpAccount).values(
            name=name,
            from_settings=True,
            host="",
            port=1,
            security="none",
            from_address="",
            priority=0,
            per_day=daily,
            connections=preset.connections if preset else None,
            created_at=func.clock_timestamp(),
        )
        await tx.execute(made.on_conflict_do_nothing())
        found = (await tx.scalars(mine)).one()
    return found


def _differs(row: SmtpAccount, wanted: dict[str, object]) -> bool:
    return any(getattr(row, name) != value for name, value in wanted.items())


def _password(row: SmtpAccount, vault: Vault) -> str | None:
    try:
        return password_of(row, vault)
    except Unreadable:
        return ""
