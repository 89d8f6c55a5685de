"""“Did anna@example.org get it?”"""

from aiohttp import web

from admin_web.admin.here import here
from core.delivery.search import search
from core.errors import Invalid
from core.users.fields import check_email

PATH = "/admin/search"


async def show(request: web.Request) -> web.Response:
    """A field, and everything sent to the address that was typed."""
    at, typed = here(request), request.query.get("q", "").strip()[:500]
    everywhere = request.query.get("everywhere") == "1"
    found = None
    if typed:
        async with at.looking() as tx:
            found = await search(tx, _kept_form(typed), everywhere=everywhere)
    return await at.page("admin/search.html", typed=typed, found=found, everywhere=everywhere)


def _kept_form(typed: str) -> str:
    """An address the way it is kept (an IDN domain in ASCII); anything else as it is."""
    try:
        return check_email(typed)
    except Invalid:
        return typed


routes = [web.get(PATH, show)]
