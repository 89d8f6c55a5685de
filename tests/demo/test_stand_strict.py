"""The stand refuses what Telegram refuses, in its words."""

import asyncio
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetMyName
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BufferedInputFile,
    DisabledButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)

from demo.stand.person import Person
from demo.stand.serve import Running
from tests.demo.bots import bot_of


def keyboard(**fields: Any) -> InlineKeyboardMarkup:
    button = InlineKeyboardButton(**{"text": "Go", "callback_data": "go"} | fields)
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def refused(words: str) -> Any:
    return pytest.raises(TelegramBadRequest, match=words)


async def test_the_same_text_and_buttons_are_not_a_change(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(1, "<b>Hi</b>", parse_mode="HTML", reply_markup=keyboard())
    with refused("message is not modified: specified new message content"):
        await sent.edit_text("<strong>Hi</strong>", parse_mode="HTML", reply_markup=keyboard())
    await sent.edit_text("Hi", reply_markup=keyboard())
    await sent.edit_text("Hi")
    assert anna.last.buttons == []
    with refused("message is not modified"):
        await sent.edit_reply_markup()


@pytest.mark.parametrize("data", ["ы" * 33, "x" * 65])
async def test_callback_data_above_64_bytes_is_refused(bot: Bot, anna: Person, data: str) -> None:
    await bot.send_message(1, "fits", reply_markup=keyboard(callback_data="ы" * 32))
    with refused("BUTTON_DATA_INVALID"):
        await bot.send_message(1, "too long", reply_markup=keyboard(callback_data=data))


async def test_lengths_are_counted_in_utf16_units_after_parsing(bot: Bot, anna: Person) -> None:
    await bot.send_message(1, "<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    with refused("message is too long"):
        await bot.send_message(1, "😀" * 2048 + "!")
    sent = await bot.send_message(1, "short")
    with refused("MESSAGE_TOO_LONG"):
        await sent.edit_text("x" * 4097)
    with refused("message text is empty"):
        await bot.send_message(1, "<b> </b>", parse_mode="HTML")
    file = BufferedInputFile(b"x", "a.txt")
    with refused("message caption is too long"):
        await bot.send_document(1, file, caption="x" * 1025)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("ы<x>", 'Unsupported start tag "x" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_html_is_parsed_or_refused_in_telegrams_words(
    bot: Bot, anna: Person, html: str, words: str
) -> None:
    with pytest.raises(TelegramBadRequest) as error:
        await bot.send_message(1, html, parse_mode="HTML")
    assert error.value.message == f"Bad Request: can't parse entities: {words}"


async def test_all_kinds_of_formatting_reach_the_reader(bot: Bot, anna: Person) -> None:
    source = (
        '<b>b<i>bi</i></b> <u>u</u> <s>s</s> <code>c</code> <a href="https://e.org/?a=1&amp;b=2">'
        'l</a> <tg-spoiler>sp</tg-spoiler> <tg-time unix="1800000000" format="t">then</tg-time>'
        '<pre><code class="language-python">x &lt; 1</code></pre><blockquote expandable>q'
        "</blockquote> &amp; /help"
    )
    sent = await bot.send_message(1, source, parse_mode="HTML")
    kinds = [entity.type for entity in sent.entities or []]
    expected = "bold italic underline strikethrough code text_link spoiler date_time pre"
    assert kinds == [*expected.split(), "expandable_blockquote", "bot_command"]
    assert sent.entities
    assert sent.entities[5].url == "https://e.org/?a=1&b=2"
    assert "<b>b<i>bi</i></b>" in anna.last.html
    assert "<pre>x &lt; 1</pre>" in anna.last.html


async def test_messages_that_are_not_there_cannot_be_changed(bot: Bot, anna: Person) -> None:
    with refused("message to edit not found"):
        await bot.edit_message_text("x", chat_id=1, message_id=5)
    with refused("message to delete not found"):
        await bot.delete_message(1, 5)
    with refused("message can't be edited"):
        await bot.edit_message_text("x", chat_id=1, message_id=anna.messages()[0].id)
    asked = await bot.send_message(1, "Name?", reply_markup=ForceReply())
    with refused("message can't be edited"):
        await asked.edit_text("Your name?")
    with refused("chat not found"):
        await bot.send_message(99, "x")
    await bot.delete_messages(1, [asked.message_id])
    assert [seen for seen in anna.messages() if seen.by_bot] == []


async def test_a_person_who_blocked_the_bot_is_left_alone(
    bot: Bot, anna: Person, stand: Running
) -> None:
    await anna.block()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(1, "x")
    await anna.unblock()
    await bot.send_message(1, "x")
    changes = [u.my_chat_member for u in await bot.get_updates() if u.my_chat_member]
    statuses = [
        (change.old_chat_member.status, change.new_chat_member.status) for change in changes
    ]
    assert statuses == [("member", "kicked"), ("kicked", "member")]


async def test_a_flood_is_refused_with_the_seconds_to_wait(
    bot: Bot, anna: Person, stand: Running
) -> None:
    for n in range(20):
        await bot.send_message(1, str(n))
    with pytest.raises(TelegramRetryAfter) as error:
        await bot.send_message(1, "one more")
    assert error.value.retry_after == 1
    assert [call.method for call in stand.stand.failures(429)] == ["sendMessage"]
    await asyncio.sleep(1)
    await bot.send_message(1, "one more")


async def test_a_second_poller_ends_the_first_with_a_conflict(bot: Bot) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(ended_by_conflict(bot))
        await asyncio.sleep(0.1)
        await bot.get_updates(timeout=1)
    assert "terminated by other getUpdates request" in first.result()


async def ended_by_conflict(bot: Bot) -> str:
    with pytest.raises(TelegramConflictError) as error:
        await bot.get_updates(timeout=20)
    return error.value.message


async def test_updates_stay_until_they_are_confirmed(bot: Bot, anna: Person) -> None:
    await anna.type("second")
    first, second = await bot.get_updates()
    assert len(await bot.get_updates()) == 2
    left = await bot.get_updates(offset=second.update_id)
    assert [update.update_id for update in left] == [first.update_id + 1]
    assert await bot.get_updates(offset=second.update_id + 1) == []


async def test_unwanted_kinds_of_updates_are_not_kept(bot: Bot, anna: Person) -> None:
    await bot.get_updates(offset=-1, allowed_updates=["callback_query"])
    await anna.type("unheard")
    assert len(await bot.get_updates()) == 1


async def test_a_wrong_token_and_an_unknown_method(stand: Running, bot: Bot) -> None:
    stranger = bot_of(stand, "42:wrong")
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    await stranger.session.close()
    with pytest.raises(TelegramNotFound, match="method not found"):
        await bot(GetMyName())


async def test_commands_are_kept_by_scope_and_language(bot: Bot, anna: Person) -> None:
    scope = BotCommandScopeAllPrivateChats()
    russian = [BotCommand(command="start", description="Начать")]
    await bot.set_my_commands([BotCommand(command="start", description="Begin")])
    await bot.set_my_commands(russian, scope=scope, language_code="ru")
    kept = await bot.get_my_commands(scope=scope, language_code="ru")
    assert [command.description for command in kept] == ["Начать"]
    await bot.delete_my_commands(scope=scope, language_code="ru")
    assert await bot.get_my_commands(scope=scope, language_code="ru") == []


async def test_an_answer_to_a_tap_is_short_and_given_once(bot: Bot, anna: Person) -> None:
    await bot.send_message(1, "Go?", reply_markup=keyboard())
    await anna.tap("Go", answer_within=None)
    query = (await bot.get_updates())[-1].callback_query
    assert query
    with refused("MESSAGE_TOO_LONG"):
        await query.answer("x" * 201)
    await query.answer("x" * 200)
    with refused("query is too old"):
        await query.answer()


async def test_a_button_with_no_action_or_a_bad_address_is_refused(bot: Bot, anna: Person) -> None:
    with refused("Text buttons are unallowed"):
        await bot.send_message(1, "x", reply_markup=keyboard(callback_data=None))
    with refused("Wrong HTTP URL"):
        wrong = keyboard(callback_data=None, url="not an address")
        await bot.send_message(1, "x", reply_markup=wrong)
    with refused("invalid button style"):
        await bot.send_message(1, "x", reply_markup=keyboard(style="pink"))


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ('<tg-time unix="soon">x</tg-time>', 'attribute "unix"'),
        ('<tg-time unix="1" format="yesterday">x</tg-time>', 'attribute "format"'),
        ('<tg-time unix="1" format="tr">x</tg-time>', 'attribute "format"'),
    ],
)
async def test_a_time_has_a_moment_and_a_known_shape(
    bot: Bot, anna: Person, tag: str, told: str
) -> None:
    for shape in ("", "r", "wDT", "dt"):
        good = f'<tg-time unix="1" format="{shape}">x</tg-time>'
        await bot.send_message(1, good, parse_mode="HTML")
    with refused(told):
        await bot.send_message(1, tag, parse_mode="HTML")


async def test_a_disabled_button_does_nothing_else(bot: Bot, anna: Person) -> None:
    disabled = keyboard(callback_data=None, disabled=DisabledButton())
    await bot.send_message(1, "x", reply_markup=disabled)
    assert [button.disabled for button in anna.last.each_button()] == [True]
    with refused("exactly one action"):
        await bot.send_message(1, "x", reply_markup=keyboard(disabled=DisabledButton()))


async def test_other_sites_can_neither_press_nor_listen(stand: Running, bot: Bot) -> None:
    session = await bot.session.create_session()  # type: ignore[attr-defined]
    address, foreign = f"{stand.url}/api/chats/1", {"Origin": "https://elsewhere.example"}
    async with session.post(f"{address}/text", json={"text": "x"}, headers=foreign) as answer:
        assert answer.status == 403
    async with session.get(f"{address}/events", headers=foreign) as answer:
        assert answer.status == 403
