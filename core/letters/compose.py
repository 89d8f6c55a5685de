"""A letter's row becomes the bytes of a mail. The token in it exists nowhere else in clear."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from core import bot_name
from core.db import Transaction
from core.i18n import Translator, translator
from core.keys import key_for
from core.letters import texts, tokens
from core.letters.models import Letter
from core.letters.texts import Wording
from core.settings import Settings

CODE_KEY = "codes"


async def compose(
    tx: Transaction,
    letter: Letter,
    settings: Settings,
    now: datetime,
    *,
    bot_username: str | None = None,
) -> bytes:
    """The complete message, with a fresh token where the letter carries one."""
    wording = await _wording(tx, letter, settings, bot_username, now)
    return _mail(letter, wording, sender_of(settings), now)


def sender_of(settings: Settings) -> str:
    """The address that the service's own letters come from."""
    host = settings.public_url.partition("://")[2].partition("/")[0].partition(":")[0]
    return settings.mail_from or settings.host_user or f"noreply@{host or 'localhost'}"


async def _wording(
    tx: Transaction, letter: Letter, settings: Settings, bot: str | None, now: datetime
) -> Wording:
    _ = translator(letter.locale)
    if letter.user_id is None:
        return texts.no_account(_, letter.recipient, bot_name.link(settings, bot))
    proof = await tokens.mint(
        tx,
        letter.user_id,
        letter.purpose,
        letter.recipient,
        letter.telegram_id,
        key_for(settings, CODE_KEY),
        now,
    )
    if letter.purpose == "sign_in":
        return texts.sign_in(_, letter.name, proof.code)
    return _confirmation(_, letter, proof, settings, bot)


def _confirmation(
    _: Translator, letter: Letter, proof: tokens.Proof, settings: Settings, bot: str | None
) -> Wording:
    link = f"{settings.public_url.rstrip('/')}/confirm/{proof.token}"
    telegram = bot_name.start_link(settings, bot, f"confirm_{proof.token}")
    return texts.confirm(_, letter.name, letter.recipient, proof.code, link, telegram)


def _mail(letter: Letter, wording: Wording, sender: str, now: datetime) -> bytes:
    mail = EmailMessage(SMTP)
    _, domain = sender.rsplit("@", 1)
    mail["From"] = Address("Mail Center", addr_spec=sender)
    mail["To"] = Address(_one_line(letter.name), addr_spec=letter.recipient)
    mail["Subject"] = _one_line(wording.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<letter.{letter.id}.{letter.attempt}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = letter.locale
    mail.set_content(wording.text)
    html = _template().render(letter=wording, locale=letter.locale)
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _template() -> Template:
    folder = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=folder, autoescape=True).get_template("letter.html")
