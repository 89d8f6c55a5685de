"""Mail accounts of the installation itself, kept by its administrators."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.accounts import state, typed
from core.accounts.crypto import Unreadable, Vault
from core.accounts.models import SmtpAccount
from core.accounts.outside import PATIENT, TIMEOUTS, in_words
from core.accounts.sealed import password_of, put
from core.accounts.trial import UNREADABLE
from core.db import Transaction
from core.errors import Conflict
from core.mail.smtp import SmtpTransport
from core.mail.transport import AccountProblem, Envelope, Outcome, Server
from core.settings import Settings

OF_SETTINGS = ("name", "host", "port", "security", "username", "from_address")
KEPT_HERE = ("from_name", "priority", "connections", "per_second", "per_hour", "per_day")
FIELDS = (*OF_SETTINGS, *KEPT_HERE)


async def save(
    tx: Transaction,
    settings: Settings,
    row: SmtpAccount | None,
    fields: Mapping[str, Any],
    now: datetime,
) -> SmtpAccount:
    """Every field anew; an empty password leaves the one that is kept."""
    vault = Vault(settings)
    password = fields["password"] or (_kept(row, vault) if row else None)
    if row is None:
        row = SmtpAccount(created_at=now, failures=0, from_confirmed_at=now)
        tx.add(row)
    _fill(row, fields, OF_SETTINGS)
    adjust(row, fields, now)
    put(row, password, vault)
    state.clear(row)
    await tx.flush()
    return row


def adjust(row: SmtpAccount, fields: Mapping[str, Any], now: datetime) -> SmtpAccount:
    """What is kept on the row, also for an account whose server and password the settings name."""
    _fill(row, fields, KEPT_HERE)
    row.domain_limits = typed.read_limits(fields.get("domain_limits") or "")
    row.warm_up = typed.read_plan(fields.get("warm_up") or "")
    began = fields.get("warm_up_from") or now.astimezone(UTC).date()
    row.warm_up_from = began if row.warm_up else None
    return row


def _fill(row: SmtpAccount, fields: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        setattr(row, name, None if fields[name] == "" else fields[name])


async def post(server: Server, envelope: Envelope) -> Outcome:
    """Send one mail by a server that the administrator vouches for, be it in the own network."""
    try:
        async with asyncio.timeout(PATIENT):
            return await SmtpTransport(replace(server, timeouts=TIMEOUTS)).post(envelope)
    except (AccountProblem, TimeoutError) as problem:
        raise in_words(server, problem) from problem


def _kept(row: SmtpAccount, vault: Vault) -> str | None:
    try:
        return password_of(row, vault)
    except Unreadable as error:
        raise Conflict(UNREADABLE) from error
