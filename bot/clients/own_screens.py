"""Screens of the owner's own fields."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from bot.clients.callbacks import ClientAction, ClientOwn
from bot.kit import Button, Row, Screen, back
from core.clients.models import OwnField
from core.clients.own import MOST
from core.clients.own_values import KINDS
from core.i18n import Translator

_LINES = Markup("\n")


def listing(_: Translator, fields: Sequence[OwnField], note: Markup | None = None) -> Screen:
    """All of them, with the way to a new one."""
    text = _(
        "<b>Own fields</b>\n\nWhat you know of clients besides name and address: a birthday, a"
        " card, a size. Each is filled in on a client's card or from a column of a file, and stands"
        " in letters by its placeholder."
    )
    if fields:
        lines = [f"• {each.title} · {_(KINDS[each.kind])} · {{{each.key}}}" for each in fields]
        text = Markup("\n\n").join([text, _LINES.join(lines)])
    rows: list[Row] = [[Button(each.title, ClientOwn(verb="open", id=each.id))] for each in fields]
    if len(fields) < MOST:
        new = ClientOwn(verb="new")
        rows.append([Button(_("New field"), new, style=None if fields else "primary")])
    text = Markup("\n\n").join([note, text]) if note else text
    return Screen(text, [*rows, [back(_, ClientAction(verb="list"), _("Clients"))]])


def ask_title(_: Translator) -> Screen:
    """What the new field is called."""
    text = _("<b>New field</b>\n\nWhat is it called? For example: Birthday")
    return Screen(text, [[back(_, ClientOwn(verb="list"))]])


def ask_kind(_: Translator, title: str) -> Screen:
    """What stands in it."""
    text = _("<b>{title}</b>\n\nWhat stands in this field?", title=title)
    kinds = [Button(_(name), ClientOwn(verb="kind", kind=kind)) for kind, name in KINDS.items()]
    return Screen(text, [kinds, [back(_, ClientOwn(verb="new"))]])


def opened(_: Translator, field: OwnField, filled: Mapping[str, int]) -> Screen:
    """One field."""
    text = _(
        "<b>{title}</b>\n{kind} · filled in for {count}\n\nIn letters: <code>{placeholder}</code>,"
        " or with words for when it is empty: <code>{fallback}</code>",
        title=field.title,
        kind=_(KINDS[field.kind]),
        count=_.plural("{n} client", "{n} clients", filled.get(field.key, 0)),
        placeholder=f"{{{field.key}}}",
        fallback=f"{{{field.key}|…}}",
    )
    copy = Button(_("Copy the placeholder"), copy=f"{{{field.key}}}")
    change = Button(_("Rename"), ClientOwn(verb="rename", id=field.id))
    delete = Button(_("Delete"), ClientOwn(verb="remove", id=field.id))
    return Screen(text, [[copy], [change, delete], [back(_, ClientOwn(verb="list"))]])


def ask_rename(_: Translator, field: OwnField) -> Screen:
    """Another title."""
    text = _(
        "<b>{title}</b>\n\nWhat should it be called? The placeholder <code>{placeholder}</code>"
        " stays as it is, since letters use it.",
        title=field.title,
        placeholder=f"{{{field.key}}}",
    )
    return Screen(text, [[back(_, ClientOwn(verb="open", id=field.id))]])


def ask_remove(_: Translator, field: OwnField, filled: int) -> Screen:
    """What deleting means."""
    text = _(
        "<b>Delete “{title}”?</b>\n\nThe field is emptied and deleted for {count}. In letters not"
        " yet sent, <code>{placeholder}</code> will stand as it is written.",
        title=field.title,
        count=_.plural("{n} client", "{n} clients", filled),
        placeholder=f"{{{field.key}}}",
    )
    sure = Button(_("Delete"), ClientOwn(verb="remove_sure", id=field.id), style="danger")
    return Screen(text, [[sure], [back(_, ClientOwn(verb="open", id=field.id))]])
