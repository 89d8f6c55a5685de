"""Cells of tables. In Python, since a list has hundreds: a template takes three times as long."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from admin_web.admin.references import References
from admin_web.admin.resource import Resource, Row
from admin_web.admin.words import Show
from core.errors import NotFound


class Cells:
    """Values of rows as one reader wants them, numbers of other rows as links."""

    def __init__(self, tables: Mapping[str, Resource], show: Show) -> None:
        self._show, self._tables = show, tables

    def line(self, resource: Resource, row: Row, refs: References) -> list[tuple[str, Any]]:
        """The columns of a list: each one's name with its cell; the first leads to the row."""
        cells = [(self._show.label(name, resource.name), name) for name in resource.columns]
        first, *others = cells
        shown = [(label, self.cell(resource, row, name, refs)) for label, name in others]
        return [(first[0], self._lead(resource, row, first[1], refs)), *shown]

    def cell(
        self, resource: Resource, row: Row, column: str, refs: References, *, whole: bool = False
    ) -> Any:
        """One value."""
        value = resource.value(row, column)
        if isinstance(value, int) and (ref := refs.get((column, value))):
            return _link(ref.href, ref.name)
        if column == "object_id":
            return self._of_another(resource.value(row, "object_type"), value)
        if column == "object_type" and value in self._tables:
            return self._show.title(self._tables[value].title)
        return self._show.value(value, field=column, table=resource.name, whole=whole)

    def _of_another(self, table: str, id_: object) -> Any:
        """A link where the number is one: a deed may be about a whole table."""
        try:
            self._tables[table].parse(str(id_))
        except (KeyError, NotFound):
            return self._show.value(id_, field="object_id")
        return _link(f"/admin/{table}/{id_}", f"№ {id_}")

    def _lead(self, resource: Resource, row: Row, column: str, refs: References) -> Markup:
        """The first cell: in the words of any other, but a link to the row itself."""
        value = resource.value(row, column)
        if ref := refs.get((column, value)) if isinstance(value, int) else None:
            shown: Any = ref.name
        else:
            shown = self.cell(resource, row, column, {}) if value else resource.called(row)
        href = f"/admin/{resource.name}/{resource.id_of(row)}"
        return Markup('<a class="row-link" href="{}">{}</a>').format(href, shown)


def _link(href: str, name: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, name)
