"""A test letter through a mail account, to whoever asks for it."""

from aiohttp import web

from admin_web.admin.gate import ROOT
from admin_web.admin.here import Here, here
from admin_web.admin.views import row_of
from admin_web.resources.accounts import SMTP_ACCOUNTS
from core.accounts import installation, trial
from core.accounts.models import SmtpAccount
from core.audit.service import record
from core.db import clock
from core.errors import Invalid
from core.mail.transport import Envelope, Outcome, Server
from core.signing_keys import service as signing_keys


async def send(request: web.Request) -> web.Response:
    """Connect, sign in, send; the server's own words are the answer."""
    at = here(request)
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        row: SmtpAccount = await row_of(tx, SMTP_ACCOUNTS, request)
        settings = at.deps.settings
        signer = await signing_keys.known_for(tx, settings, row.from_address)
        server, envelope = await trial.prepare(tx, settings, row, at.user, now, signer)
        await record(tx, at.actor, "test", (SMTP_ACCOUNTS.name, row.id, row.name), now)
    outcome, error = None, None
    try:
        outcome = await _posted(at, row, server, envelope)
    except Invalid as refused:
        error = refused
    return await at.page(
        "admin/tried.html",
        status=422 if error else 200,
        resource=SMTP_ACCOUNTS,
        row=row,
        outcome=outcome,
        error=error,
    )


async def _posted(at: Here, row: SmtpAccount, server: Server, envelope: Envelope) -> Outcome:
    if row.owner_id is None and not at.deps.settings.debug:
        return await installation.post(server, envelope)
    return await trial.send(at.deps.outside, at.deps.settings, server, envelope)


routes = [web.post(ROOT + "/{table:smtp_accounts}/{id:[0-9]{1,18}}/test", send)]
