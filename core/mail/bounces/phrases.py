"""The wording of servers and people, kept in phrases.txt so that it can grow without code."""

import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("phrases.txt")
_HEADING = re.compile(r"\[([a-z_]+)\]")


@cache
def _sections() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in _FILE.read_text("utf-8").splitlines():
        if heading := _HEADING.fullmatch(line):
            lines = sections.setdefault(heading[1], [])
        elif line and not line.startswith("# "):
            lines.append(line)
    return sections


def alternatives(section: str) -> str:
    """The patterns of a section as one group."""
    return f"(?:{'|'.join(_sections()[section])})"


def pattern(section: str) -> re.Pattern[str]:
    """What finds any phrase of a section."""
    return re.compile(alternatives(section), re.IGNORECASE | re.MULTILINE)
