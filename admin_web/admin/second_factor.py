"""Turning the second factor on and off on one's own page."""

from aiohttp import web

from admin_web.admin.account import PATH as ACCOUNT
from admin_web.admin.gate import redirect
from admin_web.admin.here import Here, here
from admin_web.admin.proof import guarded
from admin_web.qr import drawn
from core.audit.service import record
from core.db import Transaction, clock
from core.errors import Invalid
from core.second_factor import service

PATH = "/admin/account/second-factor"


@guarded
async def ask(request: web.Request) -> web.Response:
    """A picture for the phone, and a field for its first code."""
    at = here(request)
    async with at.sessions() as tx:
        secret = await service.begun(tx, at.deps.settings, at.user)
    return await _page(at, secret) if secret else redirect(ACCOUNT)


@guarded
async def begin(request: web.Request) -> web.Response:
    """Make a secret; nothing changes until a code confirms it."""
    at = here(request)
    async with at.sessions.begin() as tx:
        await service.begin(tx, at.deps.settings, at.user, await clock(tx))
    return redirect(PATH)


@guarded
async def confirm(request: web.Request) -> web.Response:
    """The first code: on from now on. The recovery codes are shown this once."""
    at = here(request)
    typed = str((await request.post()).get("code", ""))
    try:
        async with at.sessions.begin() as tx:
            codes = await service.confirm(tx, at.deps.settings, at.user, typed, await clock(tx))
            await _note(tx, at, "code_on")
    except Invalid as error:
        async with at.sessions() as tx:
            secret = await service.begun(tx, at.deps.settings, at.user)
        return await _page(at, secret or "", error)
    return await at.page("admin/recovery_codes.html", codes=codes)


@guarded
async def renew(request: web.Request) -> web.Response:
    """New recovery codes in place of those before."""
    at = here(request)
    async with at.sessions.begin() as tx:
        if not await service.is_on(tx, at.user.id):
            return redirect(ACCOUNT)
        codes = await service.renew_codes(tx, at.user.id)
        await _note(tx, at, "renew_codes")
    return await at.page("admin/recovery_codes.html", codes=codes)


@guarded
async def turn_off(request: web.Request) -> web.Response:
    """The password is enough again."""
    at = here(request)
    async with at.sessions.begin() as tx:
        if await service.remove(tx, at.user.id):
            await _note(tx, at, "code_off")
    return redirect(ACCOUNT)


async def _page(at: Here, secret: str, error: Invalid | None = None) -> web.Response:
    return await at.page(
        "admin/second_factor.html",
        status=422 if error else 200,
        picture=drawn(service.address(secret, at.user)),
        secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        error=error,
    )


async def _note(tx: Transaction, at: Here, action: str) -> None:
    await record(tx, at.actor, action, ("users", at.user.id, at.user.name), await clock(tx))


routes = [
    web.get(PATH, ask),
    web.post(PATH, confirm),
    web.post(PATH + "/begin", begin),
    web.post(PATH + "/codes", renew),
    web.post(PATH + "/off", turn_off),
]
