"""A letter's row becomes the bytes of a mail. The token in it exists nowhere else in clear."""

from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from core import bot_name
from core.db import Transaction
from core.i18n import Translator, translator
from core.keys import key_for
from core.letters import texts, tokens
from core.letters.models import Letter
from core.letters.requests import MOVED
from core.letters.texts import Wording
from core.mail.letter import plain_letter
from core.mail.presets import sender_of
from core.settings import Settings

CODE_KEY = "codes"


async def compose(
    tx: Transaction,
    letter: Letter,
    settings: Settings,
    now: datetime,
    *,
    sender: str | None = None,
    bot_username: str | None = None,
) -> bytes:
    """The complete message, with a fresh token where the letter carries one."""
    wording = await _wording(tx, letter, settings, bot_username, now)
    return _mail(letter, wording, sender or sender_of(settings), now)


async def _wording(
    tx: Transaction, letter: Letter, settings: Settings, bot: str | None, now: datetime
) -> Wording:
    _ = translator(_language(letter))
    if letter.purpose == MOVED:
        return texts.moved(_, letter.name, letter.recipient, bot_name.link(settings, bot))
    nobody = letter.user_id is None
    proof = await tokens.mint(
        tx,
        letter.user_id,
        "sign_in" if nobody else letter.purpose,
        letter.recipient,
        letter.telegram_id,
        key_for(settings, CODE_KEY),
        now,
    )
    if nobody:  # the code goes nowhere: the chat must not tell that it was never sent
        return texts.no_account(_, letter.recipient, bot_name.link(settings, bot))
    if letter.purpose == "sign_in":
        return texts.sign_in(_, letter.name, proof.code)
    if letter.purpose == "sender":
        return texts.sender(_, letter.name, letter.recipient, proof.code)
    if letter.purpose == "password":
        link = f"{settings.public_url.rstrip('/')}/admin/password/{proof.token}"
        about = letter.name, letter.recipient, link
        each = [texts.password(translator(one), *about) for one in letter.locale.split()]
        return texts.together(each)
    return _confirmation(_, letter, proof, settings, bot)


def _confirmation(
    _: Translator, letter: Letter, proof: tokens.Proof, settings: Settings, bot: str | None
) -> Wording:
    link = f"{settings.public_url.rstrip('/')}/confirm/{proof.token}"
    telegram = bot_name.start_link(settings, bot, f"confirm_{proof.token}")
    return texts.confirm(_, letter.name, letter.recipient, proof.code, link, telegram)


def _mail(letter: Letter, wording: Wording, sender: str, now: datetime) -> bytes:
    domain = sender.rpartition("@")[2]
    return plain_letter(
        wording.subject,
        wording.text,
        _template().render(letter=wording),
        sender=sender,
        sender_name=translator(_language(letter))("Mail Center").unescape(),
        recipient=letter.recipient,
        name=letter.name,
        message_id=f"letter.{letter.id}.{letter.attempt}@{domain}",
        date=now,
        footer=wording.footer.striptags() if wording.footer else "",
        language=_language(letter),
    )


def _language(letter: Letter) -> str:
    """The first, where a letter is in several."""
    return letter.locale.split()[0]


@cache
def _template() -> Template:
    folder = FileSystemLoader(Path(__file__).parent / "layouts")
    return Environment(loader=folder, autoescape=True, trim_blocks=True).get_template("letter.html")
