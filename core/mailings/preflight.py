"""A last look before a mailing begins: its words, its recipients' gaps, its sender's domain, and
how long it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from core.accounts import choice, quota
from core.accounts.forecast import Flow, Forecast, forecast
from core.accounts.models import SmtpAccount
from core.accounts.quota import Standing
from core.accounts.rules import day_of
from core.clients import gaps, own
from core.clients.values import known_to
from core.db import Transaction
from core.mail.addresses import ascii_domain
from core.mail.presets import sender_of
from core.messages.checks import Checked, check_version
from core.messages.models import MessageVersion
from core.settings import Settings
from core.users.models import User


@dataclass(frozen=True)
class Preflight:
    """`lacking` says of how many recipients a used placeholder is not known; `titles` are those
    of the owner's own fields, by placeholder. `quota` is the owner's, where there is one."""

    checked: Checked
    lacking: Mapping[str, int]
    titles: Mapping[str, str]
    domain: str
    flow: Flow
    quota: Standing | None = None

    def forecast(self, total: int, start: datetime, within: timedelta | None) -> Forecast:
        """How long it takes to so many."""
        return forecast(self.flow, total, start, within)


async def look(
    tx: Transaction,
    settings: Settings,
    owner: User,
    version: MessageVersion,
    meant: ColumnElement[bool],
    pace: float | None,
    now: datetime,
) -> Preflight:
    """Everything that the database knows; DNS is asked outside of the transaction. `pace` is how
    many a minute it was last time."""
    fields = await own.all_of(tx, owner)
    checked = check_version(version, known_to(fields))
    lacking = await gaps.lacking(tx, owner, meant, list(checked.slots))
    sender = ascii_domain(await _sender(tx, settings, owner)).rpartition("@")[2]
    standing = await quota.standing(tx, owner.id, now)
    sources = await choice.sources(tx, settings, owner.id, now)
    per_day, used = (standing.per_day, standing.used) if standing else (None, 0)
    flow = Flow(sources, day_of(now), per_day, used, pace)
    titles = {field.key: field.title for field in fields}
    return Preflight(checked, lacking, titles, sender, flow, standing)


async def _sender(tx: Transaction, settings: Settings, owner: User) -> str:
    """The address that the owner's mailings come from."""
    own_account = (
        select(SmtpAccount.from_address)
        .where(
            SmtpAccount.owner_id == owner.id,
            SmtpAccount.enabled,
            SmtpAccount.from_confirmed_at.is_not(None),
        )
        .order_by(SmtpAccount.priority, SmtpAccount.id)
        .limit(1)
    )
    return await tx.scalar(own_account) or sender_of(settings)
