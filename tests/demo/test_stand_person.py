"""What a person does and sees, and what the stand remembers."""

from io import BytesIO
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)
from PIL import Image

from demo.stand.person import Person
from demo.stand.serve import Running, serve_stand
from tests.demo.bots import bot_of


def picture(width: int = 900, height: int = 600) -> bytes:
    content = BytesIO()
    Image.new("RGBA", (width, height), "#2563d980").save(content, "PNG")
    return content.getvalue()


async def newest(bot: Bot) -> Update:
    return (await bot.get_updates())[-1]


async def test_a_picture_arrives_in_growing_sizes_and_can_be_downloaded(
    bot: Bot, anna: Person
) -> None:
    await anna.upload("cat.png", picture(), caption="my **cat**")
    message = (await newest(bot)).message
    assert message
    assert message.photo
    assert [size.width for size in message.photo] == [90, 320, 800, 900]
    largest = await bot.download(message.photo[-1])
    assert largest
    assert Image.open(largest).size == (900, 600)

    await anna.upload("cat.png", picture(), as_photo=False)
    message = (await newest(bot)).message
    assert message
    assert message.document
    assert message.document.mime_type == "image/png"


async def test_an_album_goes_both_ways(bot: Bot, anna: Person) -> None:
    for name in ("a.png", "b.png"):
        await anna.upload(name, picture(), album="7")
    received = [update.message for update in await bot.get_updates()][-2:]
    assert [message.media_group_id for message in received if message] == ["7", "7"]
    file = BufferedInputFile(picture(), "c.png")
    await bot.send_media_group(1, [InputMediaPhoto(media=file), InputMediaPhoto(media=file)])
    assert [bool(seen.photo) for seen in anna.messages()[-2:]] == [True, True]


async def test_what_is_not_a_picture_is_no_photo(bot: Bot, anna: Person) -> None:
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(1, BufferedInputFile(b"not a picture", "a.png"))


async def test_typed_formatting_reaches_the_bot_in_utf16_offsets(bot: Bot, anna: Person) -> None:
    await anna.type("  😀 bold /help  ", [{"type": "bold", "offset": 5, "length": 4}])
    message = (await newest(bot)).message
    assert message
    assert message.text == "😀 bold /help"
    kinds = [(e.type, e.extract_from(message.text)) for e in message.entities or []]
    assert kinds == [("bold", "bold"), ("bot_command", "/help")]


async def test_a_text_above_the_limit_arrives_in_pieces(bot: Bot, anna: Person) -> None:
    await anna.type("😀" * 2500)
    texts = [update.message.text for update in await bot.get_updates() if update.message]
    assert [len(text or "") for text in texts[-2:]] == [2048, 452]


async def test_contacts_stickers_and_edits_arrive(bot: Bot, anna: Person) -> None:
    await anna.share_contact("+79991234567")
    await anna.share_contact("+4930123456", name="Hans Müller")
    await anna.sticker("👍")
    first = await anna.type("helo")
    await anna.edit(first.id, "hello")
    own, other, sticker, _, edited = (await bot.get_updates())[-5:]
    assert own.message
    assert own.message.contact
    assert own.message.contact.user_id == 1
    assert other.message
    assert other.message.contact
    assert other.message.contact.user_id is None
    assert sticker.message
    assert sticker.message.sticker
    assert edited.edited_message
    assert edited.edited_message.text == "hello"


async def test_a_tap_on_an_old_or_deleted_message_still_reaches_the_bot(
    bot: Bot, anna: Person
) -> None:
    button = InlineKeyboardButton(text="Old", callback_data="old")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])
    sent = await bot.send_message(1, "x", reply_markup=keyboard)
    seen = anna.last
    await sent.edit_text("changed")
    await anna.tap("Old", on=seen, answer_within=None)
    query = (await newest(bot)).callback_query
    assert query
    assert query.data == "old"
    await sent.delete()
    await anna.tap("Old", on=seen, answer_within=None)
    query = (await newest(bot)).callback_query
    assert query
    assert query.message
    assert query.message.date == 0


async def test_an_unanswered_tap_and_a_missing_button_are_errors(bot: Bot, anna: Person) -> None:
    button = InlineKeyboardButton(text="Go", callback_data="go")
    await bot.send_message(1, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
    with pytest.raises(AssertionError, match="was not answered"):
        await anna.tap("Go", answer_within=0.05)
    with pytest.raises(AssertionError, match=r"No button \[ Stop \]"):
        await anna.tap("Stop")
    with pytest.raises(AssertionError, match="did not show 'Bye'"):
        await anna.wait_for("Bye", timeout=0.05)


async def test_waiting_looks_only_at_what_followed_the_last_action(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(1, "Menu")
    await anna.wait_for("Menu")
    await anna.type("again")
    with pytest.raises(AssertionError):
        await anna.wait_for("Menu", timeout=0.05)
    assert (await anna.wait_for("Menu", anytime=True)).id == sent.message_id
    await sent.edit_text("Menu!")
    assert (await anna.wait_for("Menu")).text == "Menu!"


async def test_a_reply_keyboard_is_used_once_if_it_says_so(bot: Bot, anna: Person) -> None:
    keys = [[KeyboardButton(text="Yes"), KeyboardButton(text="No")]]
    markup = ReplyKeyboardMarkup(keyboard=keys, one_time_keyboard=True)
    await bot.send_message(1, "Sure?", reply_markup=markup)
    assert anna.keyboard == ["Yes", "No"]
    await anna.tap("Yes")
    assert anna.keyboard == []
    assert (await newest(bot)).message.text == "Yes"  # type: ignore[union-attr]


async def test_html_shown_on_the_page_cannot_become_markup(bot: Bot, anna: Person) -> None:
    await bot.send_message(1, '<a href="javascript:x()">a</a> &lt;img src=x&gt;', parse_mode="HTML")
    assert anna.last.html == "a &lt;img src=x&gt;"


async def test_the_stand_remembers_over_a_restart(tmp_path: Path) -> None:
    async with serve_stand(folder=tmp_path) as first:
        anna, bot = first.person(1), bot_of(first)
        await anna.upload("a.txt", b"kept")
        sent = await bot.send_message(1, "<b>Hi</b>", parse_mode="HTML")
        (before,) = await bot.get_updates()
        await bot.session.close()
    async with serve_stand(folder=tmp_path) as second:
        anna, bot = second.person(1), bot_of(second)
        assert anna.download(anna.messages()[0]) == b"kept"
        await sent.as_(bot).edit_text("Changed")
        await anna.type("later")
        again, after = await bot.get_updates()
        assert again.update_id == before.update_id < after.update_id
        assert after.message
        assert after.message.message_id > sent.message_id
        await bot.session.close()


async def test_a_page_hears_of_messages_as_they_come(stand: Running, bot: Bot) -> None:
    session = await bot.session.create_session()  # type: ignore[attr-defined]
    url = f"{stand.url}/api/chats/2"
    async with session.ws_connect(f"{url}/events?language=en") as socket:
        opened = await socket.receive_json()
        assert (opened["user"]["first_name"], opened["started"]) == ("John", False)
        await session.post(f"{url}/text", json={"text": "/start"})
        assert (await socket.receive_json())["message"]["out"]
        await bot.send_chat_action(2, "typing")
        assert (await socket.receive_json())["action"] == "typing"
        await bot.send_message(2, "<i>Hi</i>", parse_mode="HTML")
        assert (await socket.receive_json())["message"]["html"] == "<i>Hi</i>"
