"""Mail accounts as tests need them."""

from typing import Any

from core.accounts.choice import way_of
from core.accounts.crypto import Vault
from core.accounts.models import SmtpAccount
from core.accounts.rules import Account
from core.accounts.sealed import put
from core.db import Sessions, Transaction
from core.settings import Settings
from tests import factories


def settings_of(**fields: Any) -> Settings:
    """Settings that read no file."""
    return Settings(_env_file=None, **{"secret_key": "a key for tests"} | fields)  # type: ignore[call-arg]


async def row(tx: Transaction, password: str | None = None, **fields: Any) -> SmtpAccount:
    """An account of the installation."""
    defaults: dict[str, Any] = {
        "name": "post@example.org",
        "host": "smtp.example.org",
        "port": 587,
        "security": "starttls",
        "username": "post@example.org" if password else None,
        "from_address": "post@example.org",
        "created_at": factories.NOW,
    }
    made = SmtpAccount(**defaults | fields)
    put(made, password, Vault(settings_of()))
    tx.add(made)
    await tx.flush()
    await tx.refresh(made)
    return made


async def smtp_account(sessions: Sessions, **fields: Any) -> Account:
    """One that is committed, as the ledger is handed it."""
    async with sessions.begin() as tx:
        return way_of(await row(tx, **fields), Vault(settings_of())).account
