"""What this installation keeps of people, and how to have it removed."""

from aiohttp import web

from admin_web.pages import render


async def show(request: web.Request) -> web.Response:
    """In plain words."""
    return await render(request, "public/privacy.html")


routes = [web.get("/privacy", show)]
