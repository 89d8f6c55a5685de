"""`python -m core.clients.writer JOB`: clients as JSON on stdin, files for people on the disk.

A process of its own, as the reader is: a long list takes seconds. JOB is JSON, see exporting.py.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from core.clients import sheets
from core.i18n import Translator, translator


class Parts:
    """Files of at most `most` clients each."""

    def __init__(self, job: dict[str, Any], translate: Translator) -> None:
        self.names: list[str] = []
        self._job, self._translate = job, translate
        self._sheet: sheets.Sheet | None = None
        self._left = 0

    def row(self, client: dict[str, Any]) -> None:
        """One more client."""
        if not self._left:
            self.close()
            self._begin()
        assert self._sheet  # noqa: S101  just begun
        self._sheet.row(sheets.cells(self._translate, client, self._job["own"]))
        self._left -= 1

    def close(self) -> None:
        """The last file is whole."""
        if self._sheet is not None:
            self._sheet.close()

    def _begin(self) -> None:
        kind, own = self._job["kind"], self._job["own"]
        path = Path(self._job["folder"]) / f"{len(self.names) + 1}.{kind}"
        title = self._translate("Clients").unescape()
        self._sheet = sheets.open_sheet(kind, path, title)
        self._sheet.row(sheets.header(self._translate, own))
        self._left = self._job["most"]
        self.names.append(path.name)


def main(job: dict[str, Any]) -> None:
    """Write all that comes."""
    os.nice(5)  # taps go first
    parts = Parts(job, translator(job["locale"]))
    for line in sys.stdin:
        for client in json.loads(line):
            parts.row(client)
    parts.close()
    print(json.dumps(parts.names))  # noqa: T201  the answer


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
