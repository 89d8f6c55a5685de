"""The domain that an account sends from: what its DNS says, and the key that signs for it."""

from aiohttp import web

from admin_web.admin.gate import ROOT, redirect
from admin_web.admin.here import Here, here
from admin_web.admin.proof import guarded
from admin_web.admin.views import row_of
from admin_web.resources.accounts import SMTP_ACCOUNTS
from core.accounts.models import SmtpAccount
from core.audit.service import record
from core.db import Transaction, clock
from core.errors import Conflict, MailCenterError, NotFound
from core.i18n import N_
from core.mail.dns import DnsAway
from core.signing_keys import advice, service
from core.signing_keys.models import SigningKey

NOT_YET = N_("The DNS does not show this key yet. It may take an hour after you have added it.")
NO_ANSWER = N_("The DNS did not answer. Try again in a minute.")


async def show(request: web.Request) -> web.Response:
    """Ask the DNS, say what is good and what to do about the rest."""
    return await _page(here(request))


@guarded
async def make_key(request: web.Request) -> web.Response:
    """A key for the domain; it signs nothing yet."""
    at = here(request)
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        row = await row_of(tx, SMTP_ACCOUNTS, request)
        key = await service.make(tx, at.deps.settings, _domain(row), now)
        await _note(tx, at, "create", key)
    return redirect(_path(row))


@guarded
async def start(request: web.Request) -> web.Response:
    """Sign from now on, if receivers can check it."""
    at = here(request)
    async with at.sessions() as tx:
        key = await _key(tx, request)
    try:
        if not await advice.is_published(at.deps.dns, key):
            return await _page(at, Conflict(NOT_YET), 409)
    except DnsAway:
        return await _page(at, Conflict(NO_ANSWER), 409)
    async with at.sessions.begin() as tx:
        key = await _key(tx, request)
        key.signs_since = await clock(tx)
        await _note(tx, at, "switch_on", key)
        row = await row_of(tx, SMTP_ACCOUNTS, request)
    return redirect(_path(row))


@guarded
async def stop(request: web.Request) -> web.Response:
    """Mails leave without this signature again; the key is kept."""
    at = here(request)
    async with at.sessions.begin() as tx:
        key = await _key(tx, request)
        key.signs_since = None
        await _note(tx, at, "switch_off", key)
        row = await row_of(tx, SMTP_ACCOUNTS, request)
    return redirect(_path(row))


async def _page(at: Here, error: MailCenterError | None = None, status: int = 200) -> web.Response:
    async with at.sessions() as tx:
        row = await row_of(tx, SMTP_ACCOUNTS, at.request)
        key = await service.of(tx, _domain(row))
    findings = await advice.examine(at.deps.dns, _domain(row), row.host, key)
    return await at.page(
        "admin/domain.html",
        status=status,
        resource=SMTP_ACCOUNTS,
        row=row,
        domain=_domain(row),
        findings=findings,
        key=key,
        error=error,
    )


async def _key(tx: Transaction, request: web.Request) -> SigningKey:
    row = await row_of(tx, SMTP_ACCOUNTS, request)
    key = await service.of(tx, _domain(row))
    if key is None:
        raise NotFound
    return key


async def _note(tx: Transaction, at: Here, action: str, key: SigningKey) -> None:
    named = (SigningKey.__tablename__, key.id, key.domain)
    await record(tx, at.actor, action, named, await clock(tx))


def _domain(row: SmtpAccount) -> str:
    return service.checked(row.from_address.rpartition("@")[2])


def _path(row: SmtpAccount) -> str:
    return f"/admin/smtp_accounts/{row.id}/domain"


PATH = ROOT + "/{table:smtp_accounts}/{id:[0-9]{1,18}}/domain"
routes = [
    web.get(PATH, show),
    web.post(PATH + "/key", make_key),
    web.post(PATH + "/start", start),
    web.post(PATH + "/stop", stop),
]
