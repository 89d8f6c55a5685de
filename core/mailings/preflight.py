"""A last look before a mailing begins: its words, its recipients' gaps, its sender's domain."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from sqlalchemy import ColumnElement, func, or_, select

from core.accounts import quota
from core.accounts.models import SmtpAccount
from core.accounts.quota import Standing
from core.clients.models import Client
from core.clients.queries import RECEIVING
from core.db import Transaction, clock
from core.mail.addresses import ascii_domain
from core.mail.presets import sender_of
from core.messages.checks import Checked, check
from core.messages.models import MessageVersion
from core.settings import Settings
from core.users.models import User

_EMPTY: dict[str, ColumnElement[bool]] = {
    "first_name": Client.first_name == "",
    "last_name": Client.last_name == "",
    "name": (Client.first_name == "") & (Client.last_name == ""),
    "phone": or_(Client.phone.is_(None), Client.phone == ""),
}


@dataclass(frozen=True)
class Preflight:
    """`lacking` says of how many recipients a used placeholder is not known; `quota` is the
    owner's, where there is one."""

    checked: Checked
    lacking: Mapping[str, int]
    domain: str
    quota: Standing | None = None

    def days(self, total: int) -> int:
        """On how many days the mails go out for the quota's sake."""
        if self.quota is None or total <= (left := self.quota.left):
            return 1
        return 1 + ceil((total - left) / self.quota.per_day)


async def look(
    tx: Transaction,
    settings: Settings,
    owner: User,
    version: MessageVersion,
    meant: ColumnElement[bool],
) -> Preflight:
    """Everything that the database knows; DNS is asked outside of the transaction."""
    attached = sum(each.size for each in version.files)
    checked = check(version.subject, version.html, attached)
    names = [name for name in checked.slots if name in _EMPTY]
    lacking = await _lacking(tx, owner, meant, names)
    sender = await _sender(tx, settings, owner)
    standing = await quota.standing(tx, owner.id, await clock(tx))
    return Preflight(checked, lacking, ascii_domain(sender).rpartition("@")[2], standing)


async def _lacking(
    tx: Transaction, owner: User, meant: ColumnElement[bool], names: list[str]
) -> dict[str, int]:
    if not names:
        return {}
    counts = [func.count().filter(_EMPTY[name]) for name in names]
    query = select(*counts).where(Client.owner_id == owner.id, RECEIVING, meant)
    return dict(zip(names, (await tx.execute(query)).one(), strict=True))


async def _sender(tx: Transaction, settings: Settings, owner: User) -> str:
    """The address that the owner's mailings come from."""
    own = (
        select(SmtpAccount.from_address)
        .where(
            SmtpAccount.owner_id == owner.id,
            SmtpAccount.enabled,
            SmtpAccount.from_confirmed_at.is_not(None),
        )
        .order_by(SmtpAccount.priority, SmtpAccount.id)
        .limit(1)
    )
    return await tx.scalar(own) or sender_of(settings)
