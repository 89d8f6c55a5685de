"""Screens of a file on its way to become clients."""

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from bot.clients import words
from bot.clients.callbacks import ClientAction, ClientFile
from bot.clients.screens import PARAGRAPH, going_on
from bot.kit import Button, Row, Screen, back, home_button
from core.clients.columns import Columns
from core.clients.forms import FIELDS
from core.clients.importing import BadRow, typed_fields
from core.clients.service import Imported
from core.i18n import Translator
from core.scheduling.phrases import bar
from core.typed import shortened

_SHOWN = 3
_MAX_COLUMNS = 40


@dataclass(frozen=True)
class File:
    """What is remembered of a file between taps; the file itself stays with Telegram."""

    upload: int
    file_id: str
    name: str
    total: int
    header: list[str]
    sample: list[list[str]]
    columns: Columns
    tags: list[str] = field(default_factory=list)

    @classmethod
    def remembered(cls, draft: dict[str, Any], upload: int) -> "File | None":
        """The file a button belongs to, unless another one came since."""
        kept = draft.get("file")
        return cls(**kept) if kept and kept["upload"] == upload else None


def preview(_: Translator, file: File) -> Screen:
    """The rows as they would be loaded."""
    head = _(
        "<b>{name}</b> · {rows}",
        name=file.name,
        rows=_.plural("{n} row", "{n} rows", file.total),
    )
    if "email" not in file.columns:
        need = _("No column with e-mail addresses was recognised. Please choose it.")
        pick = Button(_("Choose columns"), _data(file, "columns"), style="primary")
        return Screen(PARAGRAPH.join([head, need]), [[pick], [_cancel(_, file)]])
    more = file.total - min(_SHOWN, len(file.sample))
    samples = [_sample(file, row) for row in file.sample[:_SHOWN]]
    samples += [_.plural("… and {n} more", "… and {n} more", more)] if more > 0 else []
    parts = [head, _mapping(_, file), Markup("\n").join(samples)]
    if file.tags:
        parts.append(_("Everybody gets the tag: {tags}", tags=", ".join(file.tags)))
    text = PARAGRAPH.join(parts)
    load = Button(_("Load {n}", n=file.total), _data(file, "load"), style="success")
    change = Button(_("Columns"), _data(file, "columns"))
    tag = (
        Button(_("Without the tag"), _data(file, "untag"))
        if file.tags
        else Button(_("Add a tag"), _data(file, "tag"))
    )
    return Screen(text, [[load], [change, tag], [_cancel(_, file)]])


def ask_tag(_: Translator, file: File) -> Screen:
    """A tag for everybody in the file."""
    text = _(
        "<b>{name}</b>\n\nWhich tag does everybody from this file get? For example: exhibition",
        name=file.name,
    )
    return Screen(text, [[back(_, _data(file, "back"))]])


def ask_undo(_: Translator, at: int) -> Screen:
    """What taking an import back means."""
    text = _(
        "<b>Take the import back?</b>\n\nThose who came new with it are deleted. Who was in the"
        " list before stays with the new values; who was written to since stays, too."
    )
    sure = Button(_("Delete the new ones"), ClientFile(verb="undo_sure", upload=at), style="danger")
    return Screen(text, [[sure], [back(_, ClientAction(verb="list"), _("Clients"))]])


def columns(_: Translator, file: File) -> Screen:
    """Which column each field is taken from."""
    text = _(
        "<b>{name}</b>\n\nTap a field to say which column of the file it is in.", name=file.name
    )
    rows: list[Row] = [
        [Button(_source(_, file, field), _data(file, "field", field))] for field in FIELDS
    ]
    return Screen(text, [*rows, [back(_, _data(file, "back"))]])


def choose_column(_: Translator, file: File, field: str) -> Screen:
    """The file's columns with a value of each."""
    text = _("Which column is “{field}”?", field=_(words.FIELD_NAMES[field]))
    rows: list[Row] = [
        [Button(_column(file, number), _data(file, "put", field, number))]
        for number in range(min(len(file.header), _MAX_COLUMNS))
    ]
    none = Button(_("Not in the file"), _data(file, "put", field))
    return Screen(text, [*rows, [none], [back(_, _data(file, "columns"))]])


def loading(_: Translator, file: File, fraction: float) -> Screen:
    """While a long file is loaded."""
    text = _(
        "<b>{name}</b>\n\nLoading {n} rows  {bar}",
        name=file.name,
        n=file.total,
        bar=bar(fraction),
    )
    return Screen(text)


def result(
    _: Translator, done: Imported, repeats: int, bad: list[BadRow], then: str | None
) -> Screen:
    """What became of the rows."""
    numbers = [
        (True, _.plural("{n} new", "{n} new", done.new)),
        (done.updated, _.plural("{n} updated", "{n} updated", done.updated)),
        (bad, _.plural("{n} with an error", "{n} with errors", len(bad))),
    ]
    parts = Markup(", ").join(words for some, words in numbers if some)
    lines = [_("<b>Done:</b> {parts}", parts=parts)]
    if repeats:
        lines.append(
            _.plural(
                "{n} row repeated an address: the later value counts, tags are joined.",
                "{n} rows repeated an address: the later value counts, tags are joined.",
                repeats,
            )
        )
    if done.unsubscribed:
        lines.append(
            _.plural(
                "{n} of them has unsubscribed and stays so.",
                "{n} of them have unsubscribed and stay so.",
                done.unsubscribed,
            )
        )
    undo = _undo(_, done)
    places = [back(_, ClientAction(verb="list"), _("Clients")), home_button(_)]
    return Screen(Markup("\n").join(lines), [going_on(_, then), undo, places])


def _undo(_: Translator, done: Imported) -> Row:
    if not done.new or done.at is None:
        return []
    moment = round(done.at.timestamp() * 1_000_000)
    return [Button(_("Take the import back"), ClientFile(verb="undo", upload=moment))]


def refused_lines(_: Translator, screen: Screen, bad: list[BadRow]) -> Screen:
    """The result of typed lines with those that need another try."""
    reasons = [
        Markup("• {}").format(_(row.reason.text, **row.reason.fields)) for row in bad[:_SHOWN]
    ]
    again = _("Please correct these lines and send them again.")
    text = PARAGRAPH.join([screen.text, Markup("\n").join(reasons), again])
    return Screen(text, screen.rows)


def errors_caption(_: Translator, bad: list[BadRow]) -> Markup:
    """What to do with the file of refused rows."""
    return _.plural(
        "{n} row could not be loaded: the last column says why. Correct it and send the file here.",
        "{n} rows could not be loaded: the last column says why."
        " Correct them and send the file here.",
        len(bad),
    )


def _mapping(_: Translator, file: File) -> Markup:
    parts = [_source(_, file, field) for field in FIELDS if field in file.columns]
    return Markup("\n").join(parts)


def _source(_: Translator, file: File, field: str) -> Markup:
    column = file.columns.get(field)
    title = "—" if column is None else f"«{shortened(file.header[column], 30)}»"
    return _("{field} ← {column}", field=_(words.FIELD_NAMES[field]), column=title)


def _sample(file: File, row: list[str]) -> Markup:
    typed = typed_fields(row, file.columns)
    name = typed.get("name") or f"{typed.get('first_name', '')} {typed.get('last_name', '')}"
    shown = [name.strip(), typed.get("email", ""), typed.get("phone", "")]
    return Markup(" · ").join(shortened(part, 40) or "—" for part in shown)


def _column(file: File, number: int) -> str:
    values = (row[number] for row in file.sample if number < len(row) and row[number])
    return shortened(f"{file.header[number] or number + 1} · {next(values, '—')}", 56)


def _data(file: File, verb: str, field: str = "", column: int = -1) -> ClientFile:
    return ClientFile(verb=verb, upload=file.upload, field=field, column=column)


def _cancel(_: Translator, file: File) -> Button:
    return Button(_("Cancel"), _data(file, "cancel"))
