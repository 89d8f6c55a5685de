"""Screens of the client centre."""

from markupsafe import Markup

from bot.clients import words
from bot.clients.callbacks import ClientAction, ClientExport, ClientField
from bot.kit import Button, Row, Screen, back, home_button, pager
from bot.mailings.callbacks import MailingAction
from core.clients.models import Client
from core.clients.queries import Counts
from core.i18n import Translator
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
        active=counts.active,
        unsubscribed=counts.unsubscribed,
        inactive=counts.inactive,
    )
    export = Button(_("Export"), ClientAction(verb="export"))
    rows = [*_lines(_, page), [_new(_), export], [home_button(_)]]
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
    text = _(
        "<b>Clients</b>\n{count} for “{query}”. Type something else to search again.",
        count=_.plural("{n} client", "{n} clients", page.total),
        query=shortened(query),
    )
    return Screen(text, [*_lines(_, page), [everybody]])


def card(
    _: Translator, client: Client, owner: User, then: str | None = None, note: str = ""
) -> Screen:
    """One client: every field that is known, and what can be done."""
    lines = [
        _("<b>{name}</b>", name=client.name),
        words.status(_, client, owner.timezone),
        "",
        *(_field(_, client, field) for field in words.EDITABLE[2:] if words.value(client, field)),
        _("Since {day}", day=words.day(_, client.created_at, owner.timezone)),
    ]
    text = Markup("\n").join(lines)
    switch = (
        Button(_("Deactivate"), ClientAction(verb="off", id=client.id))
        if client.active
        else Button(_("Activate"), ClientAction(verb="on", id=client.id))
    )
    rows = [
        going_on(_, then),
        [Button(_("Change"), ClientAction(verb="edit", id=client.id)), switch],
        [back(_, ClientAction(verb="list"), _("Clients"))],
    ]
    return Screen(PARAGRAPH.join([note, text]) if note else text, rows)


def edit(_: Translator, client: Client) -> Screen:
    """Which field to change."""
    names = [
        Button(_(words.FIELD_NAMES[field]), ClientField(verb="ask", id=client.id, field=field))
        for field in words.EDITABLE
    ]
    rows: list[Row] = [names[at : at + 2] for at in range(0, len(names), 2)]
    text = _("<b>{name}</b>\nWhat should be changed?", name=client.name)
    return Screen(text, [*rows, [back(_, ClientAction(verb="open", id=client.id))]])


def ask_field(_: Translator, client: Client, field: str) -> Screen:
    """Ask for one field; the present value can be copied."""
    present = words.value(client, field)
    text = _(
        "<b>{name}</b>\n{field}: {present}\n\nType the new value. {example}",
        name=client.name,
        field=_(words.FIELD_NAMES[field]),
        present=present or "—",
        example=_(words.EXAMPLES[field]),
    )
    rows: list[Row] = []
    if 0 < len(present) <= _COPY:
        rows.append([Button(_("Copy the present value"), copy=present)])
    if present and field != "email":
        empty = ClientField(verb="empty", id=client.id, field=field)
        rows.append([Button(_("Leave empty"), empty)])
    return Screen(text, [*rows, [back(_, ClientAction(verb="edit", id=client.id))]])


def ask_line(_: Translator) -> Screen:
    """Ask for clients, a line each."""
    text = _(
        "<b>New clients</b>\n\nOne line a client, in any order; only the address is needed:\n"
        "<code>Anna Petrova anna@example.org +7 999 123-45-67, vip</code>\n"
        "What stands behind a comma is a tag.\n\n"
        "Or send a CSV or XLSX file, or forward a contact."
    )
    return Screen(text, [[back(_, ClientAction(verb="list"), _("Clients"))]])


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


def _field(_: Translator, client: Client, field: str) -> Markup:
    name = _(words.FIELD_NAMES[field])
    return _("{field}: {value}", field=name, value=words.value(client, field))


def _new(_: Translator, primary: bool = False) -> Button:
    data = ClientAction(verb="new")
    return Button(_("Add clients"), data, style="primary" if primary else None)
