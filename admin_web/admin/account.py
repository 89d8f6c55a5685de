"""An administrator's own page: password and the browsers that are signed in."""

from aiohttp import web

from admin_web.admin.gate import ROOT, keep_language, redirect, safe_next, set_cookie
from admin_web.admin.here import Here, here
from admin_web.admin.sign_in import DIFFERENT
from core.audit.service import record
from core.db import clock
from core.errors import Invalid
from core.i18n import LOCALES
from core.second_factor import service as second_factor
from core.sessions import service
from core.users.models import User

PATH = "/admin/account"


async def show(request: web.Request) -> web.Response:
    """Password and sessions."""
    return await _page(here(request))


async def change_password(request: web.Request) -> web.Response:
    """A new password ends every other session, and whatever is known of this one's cookie."""
    at, form = here(request), await request.post()
    new = str(form.get("password", ""))
    try:
        if new != str(form.get("again", "")):
            raise Invalid(DIFFERENT)
        async with at.sessions.begin() as tx:
            now = await clock(tx)
            present = str(form.get("present", ""))
            token = await service.change_password(tx, at.session, present, new, now)
            await record(tx, at.actor, "set_password", ("users", at.user.id, at.user.name), now)
    except Invalid as error:
        return await _page(at, error=error, status=422)
    response = redirect(f"{PATH}?changed=1")
    set_cookie(request, response, token)
    return response


async def speak(request: web.Request) -> web.Response:
    """Pages, letters and the bot in another language from now on."""
    at, form = here(request), await request.post()
    locale = str(form.get("locale", ""))
    if locale not in LOCALES:
        raise web.HTTPBadRequest
    async with at.sessions.begin() as tx:
        user = await tx.get_one(User, at.user.id)
        changes, user.locale = {"locale": (user.locale, locale)}, locale
        mine = ("users", user.id, user.name)
        await record(tx, at.actor, "edit", mine, await clock(tx), changes)
    response = redirect(safe_next(str(form.get("next", ROOT))))
    keep_language(response, locale)
    return response


async def end_session(request: web.Request) -> web.Response:
    """Sign another browser out."""
    at = here(request)
    async with at.sessions.begin() as tx:
        await service.end(tx, at.user.id, int(request.match_info["id"]))
    return redirect(PATH)


async def end_others(request: web.Request) -> web.Response:
    """Sign every browser out but this one."""
    at = here(request)
    async with at.sessions.begin() as tx:
        await service.end_all(tx, at.user.id, but=at.session.id)
        mine = ("users", at.user.id, at.user.name)
        await record(tx, at.actor, "end_others", mine, await clock(tx))
    return redirect(PATH)


async def _page(at: Here, error: Invalid | None = None, status: int = 200) -> web.Response:
    async with at.looking() as tx:
        live = await service.live(tx, at.user.id, await clock(tx))
        with_code = await second_factor.is_on(tx, at.user.id)
        left = await second_factor.codes_left(tx, at.user.id)
    return await at.page(
        "admin/account.html",
        status=status,
        live=live,
        with_code=with_code,
        codes_left=left,
        error=error,
        changed="changed" in at.request.query,
    )


routes = [
    web.get(PATH, show),
    web.post(PATH + "/language", speak),
    web.post(PATH + "/password", change_password),
    web.post(PATH + "/sessions/others", end_others),
    web.post(PATH + r"/sessions/{id:\d{1,18}}/end", end_session),
]
