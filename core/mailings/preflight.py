"""A last look before a mailing begins: its words, its recipients' gaps, its sender's domain, and
how long it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from core.accounts import choice, quota
from core.accounts.forecast import Crowd, Flow, Forecast, Source, forecast
from core.accounts.models import SmtpAccount
from core.accounts.quota import Standing
from core.accounts.rules import EVERYBODY, day_of
from core.clients import gaps, own
from core.clients.models import Client
from core.clients.queries import RECEIVING
from core.clients.values import known_to
from core.db import Transaction
from core.mail.addresses import ascii_domain
from core.mail.presets import sender_of
from core.mailings import beside
from core.mailings.nights import Nights
from core.messages.checks import Checked, check_version
from core.messages.models import MessageVersion
from core.settings import Settings
from core.users.models import User

MOST_DOMAINS = 50  # the largest ones: they are the slowest where all have the same limit


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
    crowd: Crowd = field(default_factory=Crowd)

    def forecast(
        self, total: int, start: datetime, within: timedelta | None, nights: Nights | None
    ) -> Forecast:
        """How long it takes to so many, at whatever hours they may be written to."""
        zones = nights.hours() if nights else []
        return forecast(self.flow, total, start, within, replace(self.crowd, zones=zones))


async def look(
    tx: Transaction,
    settings: Settings,
    owner: User,
    version: MessageVersion,
    meant: ColumnElement[bool],
    pace: float | None,
    now: datetime,
    mailing: int | None = None,
) -> Preflight:
    """Everything that the database knows; DNS is asked outside of the transaction. `pace` is how
    many a minute it was last time, `mailing` the one that is being changed."""
    fields = await own.all_of(tx, owner)
    checked = check_version(version, known_to(fields))
    lacking = await gaps.lacking(tx, owner, meant, list(checked.slots))
    sender = ascii_domain(await _sender(tx, settings, owner)).rpartition("@")[2]
    standing = await quota.standing(tx, owner.id, now)
    sources = await choice.sources(tx, settings, owner.id, now)
    per_day, used = (standing.per_day, standing.used) if standing else (None, 0)
    flow = Flow(sources, day_of(now), per_day, used, pace)
    titles = {each.key: each.title for each in fields}
    others = await beside.waiting(tx, owner, mailing)
    domains = await _domains(tx, owner, meant, sources)
    crowd = Crowd(domains, (), others.own, others.others, now)
    return Preflight(checked, lacking, titles, sender, flow, standing, crowd)


async def _domains(
    tx: Transaction, owner: User, meant: ColumnElement[bool], sources: Sequence[Source]
) -> dict[str, int]:
    """How many of those meant are at each domain for which every account has a limit."""
    limited = [set(each.account.domains) for each in sources]
    if not limited or not all(limited):
        return {}
    domain = func.lower(func.split_part(Client.email, "@", 2))
    query = select(domain, func.count()).where(Client.owner_id == owner.id, RECEIVING, meant)
    if not any(EVERYBODY in named for named in limited):
        query = query.where(domain.in_(set().union(*limited)))
    largest = query.group_by(domain).order_by(func.count().desc()).limit(MOST_DOMAINS)
    found = await tx.execute(largest)
    return {
        name: n for name, n in found if all(name in each or EVERYBODY in each for each in limited)
    }


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
