"""The letter that shows an owner how mails from the own account arrive."""

import asyncio
from datetime import datetime
from uuid import uuid4

from core.accounts import grants
from core.accounts.choice import way_of
from core.accounts.crypto import Unreadable, Vault
from core.accounts.models import SmtpAccount
from core.accounts.outside import Outside
from core.accounts.rules import domain_of
from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_, translator
from core.mail.addresses import ascii_domain
from core.mail.dkim import Signer
from core.mail.letter import plain_letter
from core.mail.printing import PrintingTransport
from core.mail.transport import Envelope, Outcome, Server
from core.settings import Settings
from core.users.models import User

UNREADABLE = N_("The password of this account can no longer be read. Please type it once more.")


async def prepare(
    tx: Transaction,
    settings: Settings,
    row: SmtpAccount,
    owner: User,
    now: datetime,
    signer: Signer | None = None,
) -> tuple[Server, Envelope]:
    """The server and the mail, counted as sent and signed as mailings are."""
    try:
        way = way_of(row, Vault(settings))
    except Unreadable as error:
        raise Conflict(UNREADABLE) from error
    assert way.server  # noqa: S101  a row always names one
    await grants.spend(tx, way.account, [domain_of(owner.email)], now)
    content = _letter(row, owner, now)
    if signer:
        content = await asyncio.to_thread(signer.sign, content)
    return way.server, Envelope(row.id, way.sender, owner.email, content)


async def send(outside: Outside, settings: Settings, server: Server, envelope: Envelope) -> Outcome:
    """Post it; where mails are only printed, print it."""
    if settings.debug:
        return await PrintingTransport().post(envelope)
    return await outside.post(server, envelope)


def _letter(row: SmtpAccount, owner: User, now: datetime) -> bytes:
    _ = translator(owner.locale)
    text = _(
        "This is a test letter. It was sent through {host} from {sender}: your mailings will "
        "arrive the same way.",
        host=row.host,
        sender=row.from_address,
    )
    return plain_letter(
        _("A test letter from Mail Center").unescape(),
        text.unescape(),
        sender=row.from_address,
        sender_name=owner.name,
        recipient=owner.email,
        name=owner.name,
        message_id=f"trial.{row.id}.{uuid4().hex}@{ascii_domain(row.from_address).rpartition('@')[2]}",
        date=now,
        language=owner.locale,
    )
