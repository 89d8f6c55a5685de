"""Single icons, drawn into the page."""

from functools import cache
from pathlib import Path

from markupsafe import Markup

_FOLDER = Path(__file__).parent / "icons"


@cache
def icon(name: str) -> Markup:
    """An icon by its name; it says nothing to screen readers, the words beside it do."""
    drawn = (_FOLDER / f"{name}.svg").read_text("utf-8")
    inside = drawn.partition(">")[2].rpartition("</svg>")[0]
    paths = "".join(line.strip() for line in inside.splitlines())
    return Markup(  # noqa: S704  files of our own
        '<svg class="icon" width="24" height="24" viewBox="0 0 24 24" fill="none"'
        ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        f' aria-hidden="true">{paths}</svg>'
    )
