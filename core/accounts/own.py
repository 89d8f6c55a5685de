"""An owner's own mail account: one, used for the mailings of that owner alone."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select

from core.accounts import rules, state
from core.accounts.crypto import Vault
from core.accounts.models import AccountUse, SmtpAccount
from core.accounts.sealed import put
from core.db import Transaction
from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_
from core.letters import requests, tokens
from core.letters.models import EmailToken
from core.mail.presets import GMAIL, MAIL_RU, YANDEX, Preset
from core.mail.transport import Security, Server
from core.settings import Settings
from core.typed import shortened
from core.users.models import User
from core.users.service import require_confirmed

PROVIDERS: dict[str, Preset] = {"yandex": YANDEX, "gmail": GMAIL, "mailru": MAIL_RU}
OTHER = "other"
CONNECTIONS = 4
SUBMISSION, IMPLICIT_TLS = 587, 465
CODE = "sender"  # the purpose of the letter and its token

NOT_A_SERVER = N_(
    "“{typed}” is not the name of a mail server. For example: smtp.example.org or "
    "smtp.example.org:465"
)
NO_NAME = N_("The name that the server knows you by is expected here, in one line.")
NO_PASSWORD = N_("A password is expected here, in one line.")

_SERVER = re.compile(r"(?:smtps?://)?([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?/?")


@dataclass(frozen=True)
class Form:
    """An account as its owner describes it; the password is not kept with it."""

    provider: str
    host: str
    port: int
    security: Security
    username: str
    from_address: str

    def server(self, password: str) -> Server:
        """To be tried with this password."""
        account = self.host, self.port, self.security, self.username, password
        return Server(*account, connections=1)

    def proves(self, owner: User) -> bool:
        """Whether the From address needs no letter: the provider has let its owner in, or it is
        the address that the owner registered with."""
        return self.provider in PROVIDERS or self.from_address.lower() == owner.email.lower()


def at_provider(provider: str, address: str) -> Form:
    """An account of a provider that is known: its name is its address."""
    preset = PROVIDERS[provider]
    return Form(provider, preset.host, preset.port, preset.security, address, address)


def form_of(row: SmtpAccount) -> Form:
    """A kept account as it was described."""
    known = {preset.host: name for name, preset in PROVIDERS.items()}
    provider = known.get(row.host, OTHER) if row.username == row.from_address else OTHER
    security: Security = row.security  # type: ignore[assignment]  # the table checks it
    username = row.username or ""
    return Form(provider, row.host, row.port, security, username, row.from_address)


def check_server(typed: str) -> tuple[str, int, Security]:
    """A host, with its port if that is not 587; 465 is the one that speaks TLS at once."""
    found = _SERVER.fullmatch(typed.strip())
    if found is None or "." not in found[1].strip("."):
        raise Invalid(NOT_A_SERVER, typed=shortened(typed))
    port = int(found[2] or SUBMISSION)
    return found[1].lower(), port, "tls" if port == IMPLICIT_TLS else "starttls"


def check_name(typed: str) -> str:
    """What to sign in as."""
    name = typed.strip()
    if not name or not name.isprintable() or len(name) > 254:
        raise Invalid(NO_NAME)
    return name


def check_password(typed: str, provider: str) -> str:
    """As it is; Google shows its application passwords in four groups."""
    password = typed.strip("\r\n")
    if not password.strip() or not password.isprintable() or len(password) > 254:
        raise Invalid(NO_PASSWORD)
    return password.replace(" ", "") if provider == "gmail" else password


async def mine(tx: Transaction, owner: User) -> SmtpAccount | None:
    """The owner's account."""
    query = select(SmtpAccount).where(SmtpAccount.owner_id == owner.id).order_by(SmtpAccount.id)
    found: SmtpAccount | None = await tx.scalar(query.limit(1))
    return found


async def used_today(tx: Transaction, account: SmtpAccount, now: datetime) -> int:
    """How many mails of today's limit are used up."""
    use = await tx.get(AccountUse, (account.id, ""))
    return use.day_used if use and use.day == rules.day_of(now) else 0


async def save(
    tx: Transaction, settings: Settings, owner: User, form: Form, password: str, now: datetime
) -> SmtpAccount:
    """Keep an account that was tried, in place of the one before."""
    require_confirmed(owner)
    user = await tx.get_one(User, owner.id, with_for_update={"key_share": True})
    row = await mine(tx, user)
    if row is None:
        row = SmtpAccount(owner_id=user.id, created_at=now, failures=0)
        tx.add(row)
    preset = PROVIDERS.get(form.provider)
    if row.from_address != form.from_address or form.proves(user):
        row.from_confirmed_at = now if form.proves(user) else None
    row.name = row.from_address = form.from_address
    row.host, row.port, row.security = form.host, form.port, form.security
    row.username = form.username
    row.connections = preset.connections if preset else CONNECTIONS
    row.per_day = preset.daily_limit if preset else None
    row.enabled = True
    put(row, password, Vault(settings))
    state.clear(row)
    await tx.flush()
    return row


async def needed(tx: Transaction, owner: User) -> SmtpAccount:
    """The owner's account, locked; NotFound when it has been removed."""
    row = await mine(tx, owner)
    if row is None:
        raise NotFound
    await tx.refresh(row, with_for_update=True)
    return row


async def switch(tx: Transaction, owner: User, on: bool) -> SmtpAccount:
    """Use the account for the owner's mailings, or the installation's again."""
    row = await needed(tx, owner)
    row.enabled = on
    return row


async def remove(tx: Transaction, owner: User) -> None:
    """Forget the account and its password."""
    if row := await mine(tx, owner):
        await tx.delete(row)


async def ask_code(tx: Transaction, owner: User, telegram_id: int, now: datetime) -> SmtpAccount:
    """Send a code to the From address; TooSoon when one has just gone there."""
    row = await needed(tx, owner)
    if row.from_confirmed_at:
        raise Conflict
    to = row.from_address
    await requests.request(tx, owner, CODE, now, to=to, telegram_id=telegram_id)
    return row


async def confirm(
    tx: Transaction, owner: User, code: str, key: bytes, now: datetime
) -> tokens.Attempt:
    """Judge a typed code. Commit whatever comes back: a wrong try counts."""
    row = await needed(tx, owner)
    whose: ColumnElement[bool] = and_(
        EmailToken.purpose == CODE,
        EmailToken.user_id == owner.id,
        EmailToken.email == row.from_address,
    )
    attempt = await tokens.redeem_code(tx, whose, code, key, now)
    if attempt.found:
        row.from_confirmed_at = now
    return attempt
