"""A whole dialogue with an unchanged aiogram bot, polling and webhook."""

import asyncio

from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from aiogram.types import KeyboardButton as Key
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from demo.serving import serve
from demo.stand.serve import Running
from tests.demo.bots import polling


def dispatcher() -> Dispatcher:
    dp = Dispatcher()

    @dp.message(CommandStart())
    async def start(message: Message, command: CommandObject) -> None:
        button = InlineKeyboardButton(text="Count", callback_data="n:0", style="primary")
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])
        text = f"Hello <b>{message.from_user.first_name}</b> {command.args or ''}"  # type: ignore[union-attr]
        await message.answer(text, parse_mode="HTML", reply_markup=keyboard)

    @dp.callback_query(F.data.startswith("n:"))
    async def count(query: CallbackQuery) -> None:
        n = int(query.data[2:]) + 1  # type: ignore[index]
        button = InlineKeyboardButton(text="Count", callback_data=f"n:{n}")
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])
        await query.message.edit_text(f"Counted {n}", reply_markup=keyboard)  # type: ignore[union-attr]
        await query.answer(f"now {n}", show_alert=n == 2)

    @dp.message(Command("phone"))
    async def phone(message: Message) -> None:
        keys = [[Key(text="Share", request_contact=True)]]
        markup = ReplyKeyboardMarkup(keyboard=keys, resize_keyboard=True, one_time_keyboard=True)
        await message.answer("Your phone?", reply_markup=markup)

    @dp.message(F.contact)
    async def contact(message: Message) -> None:
        text = f"Got {message.contact.phone_number}"  # type: ignore[union-attr]
        await message.answer(text, reply_markup=ReplyKeyboardRemove())

    @dp.message(F.document)
    async def document(message: Message, bot: Bot) -> None:
        content = await bot.download(message.document)  # type: ignore[arg-type]
        back = BufferedInputFile(content.read()[::-1], "назад «1».txt")  # type: ignore[union-attr]
        await message.answer_document(back, caption=f"was {message.caption}")

    @dp.message()
    async def echo(message: Message) -> None:
        await message.answer(message.html_text, parse_mode="HTML")

    return dp


async def play(running: Running) -> None:
    anna = running.person(1)
    await anna.start("promo")
    hello = await anna.wait_for("Hello Анна promo")
    assert "<b>Анна</b>" in hello.html
    assert [(b.text, b.style) for b in hello.each_button()] == [("Count", "primary")]

    first = await anna.tap("Count")
    assert first is not None
    assert (first.text, first.show_alert) == ("now 1", False)
    second = await anna.tap("Count")
    assert second is not None
    assert second.show_alert
    assert (await anna.wait_for("Counted 2")).id == hello.id

    await anna.type("/phone")
    await anna.wait_for("Your phone?")
    assert anna.keyboard == ["Share"]
    await anna.tap("Share")
    await anna.wait_for("Got +7999")
    assert anna.keyboard == []

    await anna.upload("a.txt", b"abc", caption="letters")
    answer = await anna.wait_for("was letters")
    assert anna.download(answer) == b"cba"
    assert answer.document
    assert answer.document["file_name"] == "назад «1».txt"

    await anna.type("😀 bold", [{"type": "bold", "offset": 3, "length": 4}])
    assert (await anna.wait_for("bold")).html == "😀 <b>bold</b>"


async def test_a_polling_bot_talks_to_a_person(stand: Running) -> None:
    async with polling(stand, dispatcher()):
        await play(stand)


async def test_a_bot_behind_a_webhook_talks_to_a_person(stand: Running, bot: Bot) -> None:
    app = web.Application()
    SimpleRequestHandler(dispatcher(), bot, secret_token="s3cret").register(app, "/hook")
    async with serve(app, "127.0.0.1", 0) as port:
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        await play(stand)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_webhook_with_a_wrong_secret_gets_the_update_again(
    stand: Running, bot: Bot
) -> None:
    app = web.Application()
    SimpleRequestHandler(dispatcher(), bot, secret_token="right").register(app, "/hook")
    async with serve(app, "127.0.0.1", 0) as port:
        address = f"http://127.0.0.1:{port}/hook"
        await bot.set_webhook(address, secret_token="wrong")
        anna = stand.person(1)
        await anna.start()
        async with asyncio.timeout(5):
            while (info := await bot.get_webhook_info()).last_error_message is None:
                pass
        assert "401" in info.last_error_message
        await bot.set_webhook(address, secret_token="right")
        await anna.wait_for("Hello")
