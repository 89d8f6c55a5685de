"""Screens of a file on its way to become clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from bot.clients import words
from bot.clients.callbacks import ClientAction, ClientFile, ClientImport
from bot.clients.screens import PARAGRAPH, by_site, going_on, upload_button
from bot.kit import Button, Row, Screen, back, home_button
from core.clients.cells import loosened
from core.clients.columns import Columns, spares
from core.clients.forms import FIELDS
from core.clients.importing import BadRow, typed_fields
from core.clients.loading import Outcome
from core.clients.models import OwnField
from core.clients.own import MOST, column_of
from core.clients.table import MB
from core.clients.uploads import Upload
from core.clients.writing import Imported, Undone
from core.i18n import Translator, number
from core.scheduling.phrases import bar
from core.typed import shortened

FROM_TELEGRAM = 20 * MB  # the largest file that Telegram hands bots
NOTHING = Imported()
_SHOWN = 5
_REASONS = 3
_MAX_COLUMNS = 40


@dataclass(frozen=True)
class File:
    """A file as screens speak of it."""

    upload: int
    name: str
    total: int
    header: list[str]
    sample: list[list[str]]
    columns: Columns
    tags: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, upload: Upload) -> "File":
        """As it is kept."""
        return cls(upload=upload.id, name=upload.name, **upload.seen)


def preview(_: Translator, file: File, own: Sequence[OwnField] = ()) -> Screen:
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
    parts = [head, _mapping(_, file, own), Markup("\n").join(samples)]
    if file.tags:
        parts.append(_("Everybody gets the tag: {tags}", tags=", ".join(file.tags)))
    text = PARAGRAPH.join(parts)
    rows = number(file.total, _.locale)
    load = Button(_("Load {n}", n=rows), _data(file, "load"), style="success")
    change = Button(_("Columns"), _data(file, "columns"))
    tag = (
        Button(_("Without the tag"), _data(file, "untag"))
        if file.tags
        else Button(_("Add a tag"), _data(file, "tag"))
    )
    return Screen(text, [[load], [change, tag], [_cancel(_, file)]])


def too_large(_: Translator, name: str, size: int, page: str | None) -> Screen:
    """Telegram does not hand it over: the site takes it."""
    text = _(
        "<b>{name}</b>\n\nThe file is {size} MB, and Telegram hands bots no more than {limit} MB.",
        name=name,
        size=-(-size // MB),
        limit=FROM_TELEGRAM // MB,
    )
    clients = back(_, ClientAction(verb="list"), _("Clients"))
    if page is None:
        return Screen(PARAGRAPH.join([text, _("Please send it in parts.")]), [[clients]])
    return Screen(PARAGRAPH.join([text, by_site(_)]), [[upload_button(_, page)], [clients]])


def ask_tag(_: Translator, file: File) -> Screen:
    """A tag for everybody in the file."""
    text = _(
        "<b>{name}</b>\n\nWhich tag does everybody from this file get? For example: exhibition",
        name=file.name,
    )
    return Screen(text, [[back(_, _data(file, "back"))]])


def ask_undo(_: Translator, number: int) -> Screen:
    """What undoing an import means."""
    text = _(
        "<b>Undo the import?</b>\n\nThose who came new with it are deleted, those who were in"
        " the list before get their former values back. Clients written to since then stay."
    )
    sure = Button(_("Undo the import"), ClientImport(verb="undo_sure", id=number), style="danger")
    return Screen(text, [[sure], [back(_, ClientAction(verb="list"), _("Clients"))]])


def undone(_: Translator, done: Undone) -> Markup:
    """What became of it."""
    numbers = [
        (done.gone or not done.restored, _.plural("{n} deleted", "{n} deleted", done.gone)),
        (done.restored, _.plural("{n} as before", "{n} as before", done.restored)),
        (
            done.stayed,
            _.plural("{n} stays: was written to", "{n} stay: were written to", done.stayed),
        ),
    ]
    return Markup(", ").join(words for some, words in numbers if some)


def columns(_: Translator, file: File, own: Sequence[OwnField] = ()) -> Screen:
    """Which column each field is taken from."""
    text = _(
        "<b>{name}</b>\n\nTap a field to say which column of the file it is in. A column that fits"
        " none can become a field of your own.",
        name=file.name,
    )
    fields = [
        Button(_source(_, file, field, own), _data(file, "field", field))
        for field in (*FIELDS, *map(column_of, own))
    ]
    rows: list[Row] = [fields[at : at + 2] for at in range(0, len(fields), 2)]
    free = set(range(len(file.header))) - set(file.columns.values())
    if free and len(own) < MOST:
        rows.append([Button(_("New field from a column"), _data(file, "new"))])
    return Screen(text, [*rows, [back(_, _data(file, "back"))]])


def choose_column(_: Translator, file: File, field: str, own: Sequence[OwnField] = ()) -> Screen:
    """The file's columns with a value of each."""
    text = _("Which column is “{field}”?", field=words.field_name(_, field, own))
    rows: list[Row] = [
        [Button(_column(file, number), _data(file, "put", field, number))]
        for number in _worth_choosing(file)
    ]
    none = Button(_("Not in the file"), _data(file, "put", field))
    return Screen(text, [*rows, [none], [back(_, _data(file, "columns"))]])


def choose_new(_: Translator, file: File) -> Screen:
    """The columns that are no field yet."""
    text = _("Which column becomes a field of your own? It will be called as the column is.")
    used = set(file.columns.values())
    rows: list[Row] = [
        [Button(_column(file, number), _data(file, "make", column=number))]
        for number in _worth_choosing(file)
        if number not in used
    ]
    return Screen(text, [*rows, [back(_, _data(file, "columns"))]])


def _worth_choosing(file: File) -> list[int]:
    """The columns in their order; of too many, those with values before the empty ones."""
    filled = {n for row in file.sample for n, cell in enumerate(row) if cell}
    numbers = sorted(range(len(file.header)), key=lambda number: number not in filled)
    return sorted(numbers[:_MAX_COLUMNS])


def loading(_: Translator, file: File, fraction: float = 0) -> Screen:
    """While a file is loaded; who waits may go on to something else."""
    text = _(
        "<b>{name}</b>\n\nLoading {rows}  {bar}\n\nWhat came of it is told here by itself.",
        name=file.name,
        rows=_.plural("{n} row", "{n} rows", file.total),
        bar=bar(fraction),
    )
    return Screen(text, [[back(_, ClientAction(verb="list"), _("Clients")), home_button(_)]])


def loaded(
    _: Translator, file: File, done: Outcome, then: str | None, own: Sequence[OwnField] = ()
) -> Screen:
    """What became of a file; where nothing could be taken, its columns may be chosen wrongly."""
    if done.refused:
        shown, why = preview(_, file, own), _(done.refused, **done.fields)
        return Screen(PARAGRAPH.join([why, shown.text]), shown.rows)
    screen = result(_, done.imported, done.repeats, done.bad, then)
    if not done.reasons:
        return screen
    if done.left_out:
        note = _left_out(_, done.left_out, own)
        screen = Screen(Markup("\n").join([screen.text, note]), screen.rows)
    rows = screen.rows
    if done.imported == NOTHING:
        again = _(
            "Nothing was loaded. If a field is not needed or taken from the wrong column, change"
            " the columns and load the file again."
        )
        screen = Screen(PARAGRAPH.join([screen.text, again]))
        columns = Button(_("Columns"), _data(file, "columns"), style="primary")
        rows = [[columns], rows[0], *rows[2:]]
    reasons = [_("Row {reason}", reason=shortened(each, 200)) for each in done.reasons]
    return Screen(PARAGRAPH.join([screen.text, Markup("\n").join(reasons)]), rows)


def _left_out(_: Translator, left_out: Mapping[str, int], own: Sequence[OwnField]) -> Markup:
    fields = [
        _("{field} — {n}", field=words.field_name(_, field, own), n=number(n, _.locale))
        for field, n in left_out.items()
    ]
    return _("Values that were not understood are left out: {fields}.", fields=", ".join(fields))


def result(_: Translator, done: Imported, repeats: int, bad: int, then: str | None) -> Screen:
    """What became of the rows."""
    numbers = [
        (True, _.plural("{n} new", "{n} new", done.new)),
        (done.updated, _.plural("{n} updated", "{n} updated", done.updated)),
        (done.same, _.plural("{n} unchanged", "{n} unchanged", done.same)),
        (bad, _.plural("{n} with an error", "{n} with errors", bad)),
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
    if done.id is None or not (done.new or done.updated):
        return []
    return [Button(_("Undo the import"), ClientImport(verb="undo", id=done.id))]


def refused_lines(_: Translator, screen: Screen, bad: list[BadRow]) -> Screen:
    """The result of typed lines with those that need another try."""
    reasons = [
        Markup("• {}").format(_(row.reason.text, **row.reason.fields)) for row in bad[:_REASONS]
    ]
    again = _("Please correct these lines and send them again.")
    text = PARAGRAPH.join([screen.text, Markup("\n").join(reasons), again])
    return Screen(text, screen.rows)


def errors_caption(_: Translator, done: Outcome) -> Markup:
    """What to do with the file of refused rows and of those that lost a value."""
    if not done.bad:
        return _(
            "Rows that were loaded without a value: the last column says why. Correct them and"
            " send the file here, the values are added then."
        )
    caption = _.plural(
        "{n} row could not be loaded: the last column says why. Correct it and send the file here.",
        "{n} rows could not be loaded: the last column says why."
        " Correct them and send the file here.",
        done.bad,
    )
    also = _("Rows that were loaded without a value are here too.")
    return Markup("\n").join([caption, also]) if done.left_out else caption


def _mapping(_: Translator, file: File, own: Sequence[OwnField]) -> Markup:
    names = (*FIELDS, *map(column_of, own))
    parts = [_source(_, file, field, own) for field in names if field in file.columns]
    return Markup("\n").join(parts)


def _source(_: Translator, file: File, field: str, own: Sequence[OwnField]) -> Markup:
    columns = [file.columns[name] for name in (field, *spares(field)) if name in file.columns]
    used = [n for n in columns if n == columns[0] or any(row[n] for row in file.sample if row[n:])]
    titles = [_("“{title}”", title=shortened(file.header[n], 30)) for n in used]
    title = Markup(", ").join(titles) or "—"
    return _("{field} ← {column}", field=words.field_name(_, field, own), column=title)


def _sample(file: File, row: list[str]) -> Markup:
    typed = loosened(typed_fields(row, file.columns))[0]
    name = typed.get("name") or f"{typed.get('first_name', '')} {typed.get('last_name', '')}"
    shown = [name.strip(), typed.get("email", ""), typed.get("phone", "")]
    return Markup(" · ").join(escape(shortened(part, 40)) or "—" for part in shown)


def _column(file: File, number: int) -> str:
    values = (row[number] for row in file.sample if number < len(row) and row[number])
    return shortened(f"{file.header[number] or number + 1} · {next(values, '—')}", 56)


def _data(file: File, verb: str, field: str = "", column: int = -1) -> ClientFile:
    return ClientFile(verb=verb, upload=file.upload, field=field, column=column)


def _cancel(_: Translator, file: File) -> Button:
    return Button(_("Cancel"), _data(file, "cancel"))
