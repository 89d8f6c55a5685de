"""The mails of a run: each version compiled once, then filled in per recipient."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from core.clients import tokens
from core.clients.values import placeholders_of
from core.db import Transaction
from core.delivery import marks
from core.delivery.claims import Row
from core.delivery.sql import statement
from core.keys import key_for
from core.mail.addresses import ascii_domain, show_email
from core.mail.message import Compiled, Template, compile
from core.mail.mime import Part
from core.mail.presets import sender_of
from core.mail.transport import Envelope
from core.messages.files import cid
from core.messages.letter import parts_of
from core.messages.models import Message, MessageFile, MessageVersion
from core.settings import Settings
from core.users.models import User

# A schedule's own word on the layout, given as `template_render` when it was made or changed.
TEMPLATE_RENDER = statement("""
    SELECT s.kwargs->>'template_render'
    FROM runs JOIN schedules s ON s.object_type = 'mailings' AND s.object_id = runs.mailing_id
    WHERE runs.id = :run
""")


class Press:
    """Makes the mails of one run, from `sender` where it is not the installation's own.

    Message-IDs keep the installation's domain: they stay the same whichever account sends. With
    `bounce_domain` each mail has a return address of its own there.
    """

    def __init__(
        self,
        settings: Settings,
        run_id: int,
        sender: str | None = None,
        sender_name: str | None = None,
        bounce_domain: str | None = None,
    ) -> None:
        self._settings = settings
        self._run_id = run_id
        self._sender = sender or sender_of(settings)
        self._sender_name = sender_name
        self._domain = ascii_domain(sender_of(settings)).rpartition("@")[2]
        self._bounce_domain = bounce_domain
        self._id_key = key_for(settings, marks.MESSAGE_ID)
        self._bounce_key = key_for(settings, marks.BOUNCE)
        self._link_key = key_for(settings, tokens.KEY)
        self._compiled: dict[int, Compiled] = {}
        self._date: datetime | None = None

    async def prepare(self, tx: Transaction, versions: set[int], now: datetime) -> None:
        """Load and compile the versions about to be sent; the mails are dated `now`."""
        self._date = now
        missing = versions - self._compiled.keys()
        if not missing:
            return
        found = await tx.execute(
            select(MessageVersion, User)
            .join(Message, Message.id == MessageVersion.message_id)
            .join(User, User.id == Message.owner_id)
            .where(MessageVersion.id.in_(missing))
            .options(selectinload(MessageVersion.files).options(undefer(MessageFile.content)))
        )
        rows, render = found.all(), await tx.scalar(TEMPLATE_RENDER, {"run": self._run_id})
        for version, owner in rows:
            template = self._template(version, owner, render)
            known = await placeholders_of(tx, owner)
            self._compiled[version.id] = compile(replace(template, known=known))

    def envelope(self, row: Row) -> Envelope:
        """The mail of one recipient; the Message-ID is the same at every attempt."""
        assert self._date is not None  # noqa: S101  rows come after `prepare`
        values = row.values
        if "xn--" in row.email:
            values = values | {"email": show_email(row.email)}
        content = self._compiled[row.version_id].render(
            values,
            recipient=row.email,
            name=values.get("name", ""),
            message_id=self.message_id(row.client_id),
            date=self._date,
            token=tokens.sign(row.client_id, self._link_key),
        )
        return Envelope(row.client_id, self._return_path(row.client_id), row.email, content)

    def message_id(self, client_id: int) -> str:
        """Tells run and recipient to whoever has the key, and cannot be guessed by others."""
        return f"{marks.sign(self._run_id, client_id, self._id_key)}@{self._domain}"

    def _return_path(self, client_id: int) -> str:
        """Where a bounce goes: it names the mail even if the bounce itself does not (VERP)."""
        if self._bounce_domain is None:
            return self._sender
        mark = marks.sign(self._run_id, client_id, self._bounce_key)
        return f"bounce+{mark}@{self._bounce_domain}"

    def _unsubscribe_mail(self) -> str | None:
        if self._settings.bounce_listen is None:
            return None
        return f"unsubscribe+{{token}}@{self._settings.bounce_domain}"

    def _template(self, version: MessageVersion, owner: User, render: object) -> Template:
        pictures = [(f.name, f"cid:{cid(f)}", f.width or 0) for f in version.files if f.is_picture]
        letter = parts_of(version, pictures, render)
        return Template(
            subject=version.subject,
            html=letter.html,
            text=letter.text,
            layout=letter.layout,
            hero=letter.hero,
            signature=owner.signature or "",
            parts=tuple(_part(file) for file in version.files),
            sender=self._sender,
            sender_name=self._sender_name or owner.name,
            reply_to=owner.email,
            unsubscribe_url=f"{self._settings.public_url.rstrip('/')}/u/{{token}}",
            unsubscribe_mail=self._unsubscribe_mail(),
            list_id=f"<owner-{owner.id}.{self._domain}>",
            feedback_id=f"{self._run_id}:{owner.id}:mailing:mailcenter",
            footer=f"{owner.name} · {show_email(owner.email)}",
            language=owner.locale,
        )


def _part(file: MessageFile) -> Part:
    return Part(file.name, file.mime, file.content, cid(file) if file.is_picture else None)
