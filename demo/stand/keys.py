"""Where the application keeps its stand."""

from aiohttp import web

from demo.stand.state import Stand

STAND = web.AppKey("stand", Stand)
