"""The password of an account's row, in and out of the vault."""

from core.accounts.crypto import Vault
from core.accounts.models import SmtpAccount


def put(row: SmtpAccount, password: str | None, vault: Vault) -> None:
    """Keep a password for the server and the name that the row has now."""
    row.password = None if password is None else vault.seal(password, bound_to(row))


def password_of(row: SmtpAccount, vault: Vault) -> str | None:
    """The password in clear; one sealed by an earlier key is sealed by the present one.

    Raises Unreadable.
    """
    if row.password is None:
        return None
    opened = vault.open(row.password, bound_to(row))
    if opened.stale:
        put(row, opened.password, vault)
    return opened.password


def bound_to(row: SmtpAccount) -> str:
    """What a sealed password is good for."""
    return f"{row.username}@{row.host}"
