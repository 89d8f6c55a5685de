"""What the chat page asks: itself, the chat as it changes, and a person's actions."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from aiohttp import web

from demo.stand import actions
from demo.stand.chats import NAMES, Chat, Event, new_user
from demo.stand.errors import ApiError
from demo.stand.keys import STAND
from demo.stand.person import Person
from demo.stand.requests import read_request
from demo.stand.seen import see
from demo.stand.views import chat_view, event_view

_STATIC = Path(__file__).parent / "static"
_LOOK = Path(__file__).parent.parent / "look"
_PEOPLE = len(NAMES["ru"])


def add_routes(app: web.Application) -> None:
    """The page at /, its parts and its questions."""
    app.router.add_get("/", _page)
    app.router.add_static("/static", _STATIC)
    app.router.add_static("/look", _LOOK)
    app.router.add_get("/files/{file_id}/{name}", _file)
    app.router.add_get("/api/calls", _calls)
    app.router.add_get("/api/people", _people)
    app.router.add_get("/api/chats/{user:[0-9]+}/events", _events)
    for name, handler in _ACTIONS.items():
        app.router.add_post(f"/api/chats/{{user:[0-9]+}}/{name}", handler)


async def _page(request: web.Request) -> web.FileResponse:
    return web.FileResponse(_STATIC / "chat.html", headers={"Cache-Control": "no-cache"})


async def _file(request: web.Request) -> web.Response:
    files = request.app[STAND].files
    try:
        file = files.get(request.match_info["file_id"])
    except ApiError:
        raise web.HTTPNotFound from None
    inline = file.folder == "photos"
    return web.Response(
        body=files.content(file),
        content_type=file.mime if inline else "application/octet-stream",
        headers={"Cache-Control": "max-age=31536000, immutable"},
    )


async def _calls(request: web.Request) -> web.Response:
    calls = request.app[STAND].calls
    wanted = request.query.get("code")
    found = [asdict(call) for call in calls if wanted in (None, str(call.code))]
    return web.json_response(found)


async def _people(request: web.Request) -> web.Response:
    chats, language = request.app[STAND].chats, request.query.get("language", "ru")
    numbers = sorted({*range(1, _PEOPLE + 1), *chats})
    found = [chats.get(number) or Chat(new_user(number, language)) for number in numbers]
    return web.json_response([chat.user | {"last": _last(chat)} for chat in found])


def _last(chat: Chat) -> str | None:
    """What a list of chats shows under the name; None where nothing was said."""
    return see(list(chat.messages.values())[-1]).brief if chat.messages else None


async def _events(request: web.Request) -> web.WebSocketResponse:
    chat = _person(request).chat
    _speak(chat, request.query.get("language", ""))
    socket = web.WebSocketResponse(heartbeat=20)
    await socket.prepare(request)
    with _watching(chat) as queue:
        await socket.send_json(chat_view(request.app[STAND], chat))
        async with asyncio.TaskGroup() as group:
            sender = group.create_task(_forward(queue, socket))
            async for _ in socket:
                pass  # the page only listens; this notices that it left
            sender.cancel()
    return socket


@contextmanager
def _watching(chat: Chat) -> Iterator[asyncio.Queue[Event]]:
    queue: asyncio.Queue[Event] = asyncio.Queue()
    chat.watchers.add(queue)
    try:
        yield queue
    finally:
        chat.watchers.discard(queue)


async def _forward(queue: asyncio.Queue[Event], socket: web.WebSocketResponse) -> None:
    while (event := await queue.get())["type"] != "bye":
        try:
            await socket.send_json(event_view(event))
        except ConnectionError:
            return
    await socket.close()


def _speak(chat: Chat, language: str) -> None:
    """The person's apps tell Telegram the language of their interface."""
    if language and language != chat.user.get("language_code"):
        chat.user |= new_user(chat.id, language)


def _person(request: web.Request) -> Person:
    language = request.query.get("language", "ru")
    return Person(request.app[STAND], int(request.match_info["user"]), language)


async def _text(request: web.Request) -> web.Response:
    asked = await request.json()
    text, entities = asked["text"], asked.get("entities")
    if text.strip():
        await _person(request).type(text, entities, asked.get("reply_to"))
    return web.json_response({})


async def _edit(request: web.Request) -> web.Response:
    asked, person = await request.json(), _person(request)
    entities = asked.get("entities")
    actions.edit(person.stand, person.chat, asked["message_id"], asked["text"], entities)
    return web.json_response({})


async def _press(request: web.Request) -> web.Response:
    asked, person = await request.json(), _person(request)
    number, data = asked["message_id"], asked["data"]
    callback_id, _ = actions.press(person.stand, person.chat, number, data)
    return web.json_response({"callback_id": callback_id})


async def _contact(request: web.Request) -> web.Response:
    asked = await request.json()
    await _person(request).share_contact(asked["phone"], asked.get("name"))
    return web.json_response({})


async def _sticker(request: web.Request) -> web.Response:
    await _person(request).sticker((await request.json())["emoji"])
    return web.json_response({})


async def _upload(request: web.Request) -> web.Response:
    sent = await read_request(request)
    file, as_photo = sent.files["file"], None if sent.text("as_photo") else False
    caption, album = sent.text("caption"), sent.text("album")
    try:
        await _person(request).upload(file.name, file.content, caption, as_photo, album)
    except ApiError as error:
        return web.json_response({"error": str(error)}, status=400)
    return web.json_response({})


async def _rich(request: web.Request) -> web.Response:
    sent, person = await read_request(request), _person(request)
    pictures = {name: file.content for name, file in sent.files.items()}
    try:
        await person.rich(sent.data("blocks"), **pictures)
    except ApiError as error:
        return web.json_response({"error": str(error)}, status=400)
    return web.json_response({})


async def _block(request: web.Request) -> web.Response:
    person, blocked = _person(request), (await request.json())["blocked"]
    await (person.block() if blocked else person.unblock())
    return web.json_response({})


async def _clear(request: web.Request) -> web.Response:
    chat = _person(request).chat
    for number in list(chat.messages):
        chat.remove(number)
    return web.json_response({})


_ACTIONS = {
    "text": _text,
    "edit": _edit,
    "press": _press,
    "contact": _contact,
    "sticker": _sticker,
    "upload": _upload,
    "rich": _rich,
    "block": _block,
    "clear": _clear,
}
