"""What stands between the bot and Telegram answers in its own words."""

import pytest
from aiogram.exceptions import TelegramServerError
from aiohttp import web
from pydantic import SecretStr

from bot.app import away, make_bot
from core.settings import Settings
from demo.serving import serve
from demo.stand.serve import DEMO_TOKEN


async def test_a_gateway_s_page_of_html_is_an_outage_and_not_the_end_of_the_bot() -> None:
    async def bad_gateway(_request: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>502 Bad Gateway</html>")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", bad_gateway)
    async with serve(app, "127.0.0.1", 0) as port:
        settings = Settings(
            bot_token=SecretStr(DEMO_TOKEN),
            telegram_api_url=f"http://127.0.0.1:{port}",
        )
        async with make_bot(settings) as bot:
            with pytest.raises(TelegramServerError) as caught:
                await bot.me()
    assert away(caught.value)
    assert "html" not in str(caught.value)
