"""Every question that takes a typed answer: how one gets there, and what will not do as one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiogram.filters.callback_data import CallbackData

from bot.account.callbacks import AccountAction, Place
from bot.clients.callbacks import ClientAction, ClientField
from bot.mailings.callbacks import MailingAction
from bot.messages.callbacks import MessageAction
from core.clients.models import Client
from core.messages.models import Message
from demo.stand.person import Person
from demo.stand.seen import Seen

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)

# Typed things that are an answer to hardly any question.
TYPED = {
    "invisible": "\u200b\u2060",
    "long": "x" * 5000,
    "emoji": "😀",
    "right to left": "\u202egro.elpmaxe\u202c",
    "markup": "<b>{{7*7}}</b><script>",
    "lines": "a\r\nBcc: x@evil.example",
}
SENT: dict[str, Callable[[Person], Awaitable[Seen]]] = {
    "sticker": Person.sticker,
    "voice": Person.voice,
    "place": Person.location,
    "photo": lambda person: person.upload("photo.png", PICTURE),
    "file": lambda person: person.upload("notes.exe", b"MZ"),
}
EVERYTHING = frozenset(TYPED) | frozenset(SENT)
WORDS = frozenset(TYPED)


@dataclass(frozen=True)
class Step:
    """`way` is tapped or, when a text, typed; what `takes` names is a good answer here."""

    name: str
    way: tuple[CallbackData | str, ...]
    takes: frozenset[str] = field(default_factory=frozenset)
    searches: bool = False  # whatever is typed is looked for


def of_strangers() -> list[Step]:
    """Registration and signing in."""
    register = AccountAction(verb="register")
    email, phone = "anna@example.org", "+7 999 123-45-67"
    russia = Place(kind="country", verb="take", value="RU")
    named = (register, "Anna Petrova")
    return [
        Step("name", (register,), frozenset({"markup"})),
        Step("email", named),
        Step("phone", (*named, email)),
        Step("country", (*named, email, phone), WORDS - {"long"}, searches=True),
        Step("zone", (*named, email, phone, russia)),
        Step("sign in", (AccountAction(verb="sign_in"),)),
        Step("code", (AccountAction(verb="sign_in"), email)),
    ]


def of_owners(message: Message, client: Client) -> list[Step]:
    """Profile, messages, clients, mailings."""
    return [*_profile(), *_messages(message), *_clients(client), *_mailings(message)]


def _profile() -> list[Step]:
    def edit(name: str) -> tuple[CallbackData, ...]:
        return (AccountAction(verb="profile"), AccountAction(verb="edit", name=name))

    return [
        Step("new name", edit("name"), frozenset({"markup"})),
        Step("new email", edit("email")),
        Step("new phone", edit("phone")),
        Step("new country", edit("country"), WORDS, searches=True),
        Step("new zone", edit("zone")),
    ]


def _messages(message: Message) -> list[Step]:
    text, subject = MessageAction(verb="new"), MessageAction(verb="subject", id=message.id)
    post = frozenset({"long", "emoji", "right to left", "markup", "lines"})
    line = frozenset({"emoji", "right to left", "markup"})
    return [
        Step("text", (text,), post | {"photo", "file"}),
        Step("subject", (text, "Hello\n\nAll is cheaper."), line | {"photo", "file"}),
        Step("new text", (MessageAction(verb="text", id=message.id),), post),
        Step("new subject", (subject,), line),
        Step("files", (MessageAction(verb="files", id=message.id),), frozenset({"photo", "file"})),
        Step("messages", (MessageAction(verb="list"),), WORDS, searches=True),
        Step("button", (MessageAction(verb="button", id=message.id),)),
        Step("signature", (MessageAction(verb="signature", id=message.id),), line | {"lines"}),
    ]


def _clients(client: Client) -> list[Step]:
    def edit(name: str) -> tuple[CallbackData, ...]:
        return (ClientField(verb="ask", id=client.id, field=name),)

    words = frozenset({"emoji", "right to left"})
    return [
        Step("clients", (ClientAction(verb="list"),), WORDS, searches=True),
        Step("line", (ClientAction(verb="new"),), frozenset({"lines"})),
        Step("client's email", edit("email")),
        Step("client's phone", edit("phone"), frozenset({"invisible"})),
        Step("client's name", edit("first_name"), words | {"invisible", "lines"}),
        Step("client's tags", edit("tags"), words | {"invisible", "lines", "markup"}),
        Step("client's comment", edit("comment"), WORDS),
    ]


def _mailings(message: Message) -> list[Step]:
    begin = MailingAction(verb="begin", id=message.id)
    repeat, weekly = MailingAction(verb="repeat"), MailingAction(verb="every", id=3)
    return [
        Step("search", (begin, MailingAction(verb="hand")), WORDS, searches=True),
        Step("when", (begin, MailingAction(verb="when"))),
        Step("repeat", (begin, repeat)),
        Step("end", (begin, repeat, weekly, MailingAction(verb="end"))),
    ]
