"""What stands between the bot and Telegram answers in its own words."""

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramServerError
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageText,
    GetUpdates,
    SendDocument,
    SendMessage,
    SetMyCommands,
    TelegramMethod,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
)
from aiohttp import BytesPayload, FormData, web
from pydantic import SecretStr

from bot.app import away, make_bot
from bot.kit.away import is_away, is_unsent
from bot.session import Session
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


BUTTONS = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Открыть", callback_data="a:1")]]
)
SAID: list[TelegramMethod[Any]] = [
    EditMessageText(text="<b>Письмо</b>", chat_id=5, message_id=7, reply_markup=BUTTONS),
    EditMessageText(text="_", chat_id=5, parse_mode=None),
    SendMessage(chat_id=5, text="Hello", disable_notification=False),
    AnswerCallbackQuery(callback_query_id="9", show_alert=True),
    AnswerCallbackQuery(callback_query_id="9", text=""),
    GetUpdates(offset=0, timeout=25, allowed_updates=["message"]),
    SetMyCommands(
        commands=[BotCommand(command="help", description="Помощь")],
        scope=BotCommandScopeChat(chat_id=5),
    ),
]


@pytest.fixture
def bot() -> Bot:
    settings = Settings(bot_token=SecretStr(DEMO_TOKEN), telegram_api_url="http://127.0.0.1:1")
    return make_bot(settings)


@pytest.mark.parametrize("method", SAID, ids=lambda method: type(method).__name__)
def test_a_request_in_json_says_what_aiogram_s_form_says(
    bot: Bot, method: TelegramMethod[Any]
) -> None:
    body: Any = Session().build_form_data(bot, method)
    assert isinstance(body, BytesPayload)
    assert body.content_type == "application/json"
    form = AiohttpSession().build_form_data(bot, method)()
    assert isinstance(form, BytesPayload)
    fields = dict(parse_qsl(form.decode(), keep_blank_values=True))
    assert {name: as_form(value) for name, value in json.loads(body.decode()).items()} == fields


def as_form(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize(
    "method",
    [
        SendDocument(chat_id=5, document=BufferedInputFile(b"a,b", "clients.csv")),
        SendMessage(chat_id=5, text="_", link_preview_options=LinkPreviewOptions(url="a.example")),
    ],
    ids=["a file", "usual values inside"],
)
def test_what_json_cannot_say_goes_as_a_form(bot: Bot, method: TelegramMethod[Any]) -> None:
    assert isinstance(Session().build_form_data(bot, method), FormData)


def test_what_was_done_is_not_read_further_and_what_was_not_is(bot: Bot) -> None:
    session, edit = Session(), EditMessageText(text="_", chat_id=5, message_id=7)
    done = session.check_response(bot, edit, 200, '{"ok":true,"result":{"message_id":7}}')
    assert done.result is True
    refused = '{"ok":false,"error_code":400,"description":"Bad Request: message is not modified"}'
    with pytest.raises(TelegramBadRequest, match="not modified"):
        session.check_response(bot, edit, 400, refused)


REFUSED = '{"ok":false,"error_code":502,"description":"Bad Gateway"}'


@pytest.mark.parametrize(
    ("status", "content", "unsent"),
    [
        (502, REFUSED, True),
        (502, "<html>502 Bad Gateway</html>", True),
        (504, "<html>504 Gateway Time-out</html>", False),
        (200, '{"ok":true,"resu', False),
    ],
)
def test_what_a_gateway_may_have_passed_on_does_not_count_as_unsent(
    bot: Bot, status: int, content: str, unsent: bool
) -> None:
    send = SendMessage(chat_id=5, text="_")
    with pytest.raises(TelegramAPIError) as caught:
        Session().check_response(bot, send, status, content)
    assert is_away(caught.value)
    assert is_unsent(caught.value) is unsent
