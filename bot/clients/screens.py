"""Screens of the client centre."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.clients import words
from bot.clients.callbacks import ClientAction, ClientExport, ClientField, ClientOwn
from bot.kit import Button, Row, Screen, back, home_button, pager
from bot.mailings.callbacks import MailingAction
from core.clients.models import Client, OwnField
from core.clients.own import column_of
from core.clients.queries import MOST_FOUND, Counts
from core.clients.table import MAX_BYTES, MB
from core.delivery.of_client import Got
from core.i18n import Translator, number
from core.pages import Page
from core.typed import shortened
from core.users.models import User

PER_PAGE = 8
_COPY = 256
PARAGRAPH = Markup("\n\n")


def listing(_: Translator, page: Page[Client], counts: Counts, then: str | None = None) -> Screen:
    """All clients, the newest first."""
    if not counts.total:
        return nobody(_)
    text = _(
        "<b>Clients</b>\n{count}\n● get letters: {active} · ✕ unsubscribed: {unsubscribed}"
        " · ○ inactive: {inactive}\n\nType a name, an address, a phone or a tag to search."
        " Send a CSV or XLSX file to load many.",
        count=_.plural("{n} client", "{n} clients", counts.total),
        active=number(counts.active, _.locale),
        unsubscribed=number(counts.unsubscribed, _.locale),
        inactive=number(counts.inactive, _.locale),
    )
    export = Button(_("Export"), ClientAction(verb="export"))
    fields = Button(_("Own fields"), ClientOwn(verb="list"))
    rows = [*_lines(_, page), [_new(_), export], [fields, home_button(_)]]
    return Screen(text, [going_on(_, then), *rows])


def nobody(_: Translator) -> Screen:
    """The list while it is empty."""
    text = _(
        "<b>Clients</b>\n\nThere is nobody yet. Send a CSV or XLSX file with your clients right"
        " here, forward a contact, or add one by a line:\n"
        "<code>Anna Petrova anna@example.org +7 999 123-45-67, vip</code>"
    )
    return Screen(text, [[_new(_, primary=True)], [home_button(_)]])


def found(_: Translator, page: Page[Client], query: str) -> Screen:
    """What a search found."""
    everybody = back(_, ClientAction(verb="everybody"), _("All clients"))
    if not page.total:
        text = _("<b>Clients</b>\nNothing found for “{query}”.", query=shortened(query))
        add = Button(_("Add as a client"), ClientAction(verb="found"), style="primary")
        return Screen(text, [[add] if "@" in query else [], [everybody]])
    if page.total >= MOST_FOUND:
        text = _(
            "<b>Clients</b>\nMore than {n} for “{query}”; the newest are here. Type more of the"
            " name or the address to find fewer.",
            n=MOST_FOUND - 1,
            query=shortened(query),
        )
    else:
        text = _(
            "<b>Clients</b>\n{count} for “{query}”. Type something else to search again.",
            count=_.plural("{n} client", "{n} clients", page.total),
            query=shortened(query),
        )
    return Screen(text, [*_lines(_, page), [everybody]])


def card(
    _: Translator,
    client: Client,
    owner: User,
    own: Sequence[OwnField] = (),
    then: str | None = None,
    note: Markup | str = "",
) -> Screen:
    """One client: every field that is known, and what can be done."""
    names = [*words.EDITABLE[2:], *map(column_of, own)]
    lines = [
        _("<b>{name}</b>", name=client.name),
        words.status(_, client, owner.timezone),
        "",
        *(_field(_, client, name, own) for name in names if words.value(_, client, name, own)),
        _("Since {day}", day=words.day(_, client.created_at, owner.timezone)),
    ]
    text = Markup("\n").join(lines)
    rows = [
        going_on(_, then),
        [Button(_("Change"), ClientAction(verb="edit", id=client.id)), _switch(_, client)],
        [
            Button(_("Letters"), ClientAction(verb="history", id=client.id)),
            Button(_("Erase"), ClientAction(verb="erase", id=client.id)),
        ],
        [back(_, ClientAction(verb="list"), _("Clients"))],
    ]
    return Screen(PARAGRAPH.join([note, text]) if note else text, rows)


def _switch(_: Translator, client: Client) -> Button:
    if client.unsubscribed_at is not None:
        return Button(_("Agreed anew"), ClientAction(verb="back", id=client.id))
    if client.active:
        return Button(_("Deactivate"), ClientAction(verb="off", id=client.id))
    return Button(_("Activate"), ClientAction(verb="on", id=client.id))


def ask_consent(_: Translator, client: Client) -> Screen:
    """What has to be known before an unsubscribed client is written to again."""
    text = _(
        "<b>{name}</b>\n\nWho unsubscribed may be written to only after agreeing anew. Where did"
        " this client agree, and how can it be shown? Your words and today's date are kept.\n\n"
        "For example: by phone on 24 November, called by Anna",
        name=client.name,
    )
    return Screen(text, [[back(_, ClientAction(verb="open", id=client.id))]])


def ask_erase(_: Translator, client: Client) -> Screen:
    """What erasing means."""
    text = _(
        "<b>Erase {name}?</b>\n\nName, address and everything else known of this client are"
        " deleted, in reports of past mailings as well; that letters were sent stays counted."
        " This cannot be undone.\n\nIf the address gets no letters now, it will get none when it"
        " is loaded again: only its encrypted fingerprint is kept for that.",
        name=client.name,
    )
    sure = Button(
        _("Erase for good"), ClientAction(verb="erase_sure", id=client.id), style="danger"
    )
    return Screen(text, [[sure], [back(_, ClientAction(verb="open", id=client.id))]])


def history(_: Translator, client: Client, page: Page[Got], owner: User) -> Screen:
    """What this client got, the latest first."""
    number = page.offset // PER_PAGE
    lines = [_got(_, got, owner) for got in page.rows]
    text = Markup("\n").join([_("<b>{name}</b> · letters", name=client.name), "", *lines])
    if not page.total:
        nothing = _("No letters yet. What this client gets will stand here.")
        text = PARAGRAPH.join([_("<b>{name}</b> · letters", name=client.name), nothing])

    def turned(n: int) -> ClientAction:
        return ClientAction(verb="history", id=client.id, page=n)

    turn = pager(_, number, page.total, PER_PAGE, turned)
    return Screen(text, [turn, [back(_, ClientAction(verb="open", id=client.id))]])


def _got(_: Translator, got: Got, owner: User) -> Markup:
    return _(
        "{day} · {subject}\n   {state}",
        day=words.moment(_, got.at, owner.timezone),
        subject=shortened(got.subject, 50),
        state=got.state(_),
    )


def edit(_: Translator, client: Client, own: Sequence[OwnField] = ()) -> Screen:
    """Which field to change."""
    names = [
        Button(words.field_name(_, field, own), ClientField(verb="ask", id=client.id, field=field))
        for field in (*words.EDITABLE, *map(column_of, own))
    ]
    rows: list[Row] = [names[at : at + 2] for at in range(0, len(names), 2)]
    text = _("<b>{name}</b>\nWhat should be changed?", name=client.name)
    return Screen(text, [*rows, [back(_, ClientAction(verb="open", id=client.id))]])


def ask_field(_: Translator, client: Client, field: str, own: Sequence[OwnField] = ()) -> Screen:
    """Ask for one field; the present value can be copied."""
    present = words.value(_, client, field, own)
    text = _(
        "<b>{name}</b>\n{field}: {present}\n\nType the new value. {example}",
        name=client.name,
        field=words.field_name(_, field, own),
        present=present or "—",
        example=words.example(_, field, own),
    )
    rows: list[Row] = []
    if 0 < len(present) <= _COPY:
        rows.append([Button(_("Copy the present value"), copy=present)])
    if present and field != "email":
        empty = ClientField(verb="empty", id=client.id, field=field)
        rows.append([Button(_("Leave empty"), empty)])
    return Screen(text, [*rows, [back(_, ClientAction(verb="edit", id=client.id))]])


def ask_line(_: Translator, page: str | None = None) -> Screen:
    """Ask for clients, a line each."""
    text = _(
        "<b>New clients</b>\n\nOne line a client, in any order; only the address is needed:\n"
        "<code>Anna Petrova anna@example.org +7 999 123-45-67, vip</code>\n"
        "What stands behind a comma is a tag.\n\n"
        "Or send a CSV or XLSX file, or forward a contact."
    )
    large = [upload_button(_, page)] if page else []
    return Screen(text, [large, [back(_, ClientAction(verb="list"), _("Clients"))]])


def upload_button(_: Translator, page: str) -> Button:
    """The way to the page of the site that takes large files."""
    return Button(_("A file above 20 MB"), url=page)


def by_site(_: Translator) -> Markup:
    """What happens behind that button."""
    return _(
        "The site takes up to {limit} MB: open the page, choose the file there, and its preview"
        " comes here. The link is yours alone and good for 24 hours.",
        limit=MAX_BYTES // MB,
    )


def ask_address(_: Translator, name: str, phone: str) -> Screen:
    """A contact came without an address."""
    text = _(
        "<b>{name}</b> {phone}\n\nWhich e-mail address does this client have?"
        " For example: anna@example.org",
        name=name,
        phone=phone,
    )
    return Screen(text, [[back(_, ClientAction(verb="list"), _("Clients"))]])


def export(_: Translator, total: int) -> Screen:
    """The whole list as a file of which kind."""
    text = _(
        "<b>Export</b>\n{count} with all fields. Both files can be loaded again.",
        count=_.plural("{n} client", "{n} clients", total),
    )
    kinds = [Button(kind.upper(), ClientExport(kind=kind)) for kind in ("xlsx", "csv")]
    return Screen(text, [kinds, [back(_, ClientAction(verb="list"), _("Clients"))]])


def going_on(_: Translator, then: str | None) -> Row:
    """The way back into the mailing that asked for clients."""
    if then != "mailing":
        return []
    data = MailingAction(verb="begin")
    return [Button(_("Continue the mailing"), data, style="primary")]


def _lines(_: Translator, page: Page[Client]) -> list[Row]:
    rows: list[Row] = [
        [Button(words.label(client), ClientAction(verb="open", id=client.id))]
        for client in page.rows
    ]
    number = page.offset // PER_PAGE
    turn = pager(_, number, page.total, PER_PAGE, lambda n: ClientAction(verb="list", page=n))
    return [*rows, turn]


def _field(_: Translator, client: Client, field: str, own: Sequence[OwnField]) -> Markup:
    name = words.field_name(_, field, own)
    return _("{field}: {value}", field=name, value=words.value(_, client, field, own))


def _new(_: Translator, primary: bool = False) -> Button:
    data = ClientAction(verb="new")
    return Button(_("Add clients"), data, style="primary" if primary else None)
