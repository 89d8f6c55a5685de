"""`python -m core.clients.reader JOB`: a file of clients looked at or checked, told on stdout.

A process of its own: a small workbook can claim billions of cells, and checking a long list takes
seconds. Memory and time are bounded by the operating system, so a bad file ends its own reader
and nothing else, and the chat keeps its pace meanwhile. JOB is JSON, see reading.py; what comes
out is a line of JSON for each step. One with `size` is followed by so many bytes: a batch's rows,
which PostgreSQL takes as they are.
"""

import json
import os
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from core.clients import importing, sheets
from core.clients.forms import ClientForm
from core.clients.table import Table, open_table
from core.errors import Invalid
from core.garbage import collect_less
from core.i18n import translator

_MEMORY = 512 * 1024 * 1024
_SECONDS = 300
_LONGEST = 100  # characters of a cell that a preview needs
_REASONS = 3  # to be told beside the file of refused rows
_BROKEN = 3


def main(job: dict[str, Any]) -> None:
    """Do what the job says; a reason to refuse the file is told like anything else."""
    _bound()
    collect_less()
    try:
        table = open_table(job["name"], Path(job["path"]).read_bytes(), job["titles"])
        if job["columns"] is None:
            _look(table)
        else:
            _check(table, job)
    except Invalid as reason:
        _tell(refused=reason.text, fields={k: str(v) for k, v in reason.fields.items()})
    except MemoryError:
        os._exit(_BROKEN)


def _bound() -> None:
    os.nice(5)  # taps go first
    try:
        import resource
    except ImportError:  # Windows has none; the caller's time limit still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _look(table: Table) -> None:
    rows = (row for row in table.rows if any(row))
    sample = [_short(row) for row in islice(rows, importing.SAMPLES)]
    total = len(sample) + sum(1 for _ in rows)
    _tell(header=_short(table.header), columns=table.columns, sample=sample, total=total)


def _short(row: list[str]) -> list[str]:
    return [cell[:_LONGEST].replace("\0", "") for cell in row]


def _check(table: Table, job: dict[str, Any]) -> None:
    own = {name: (key, kind) for name, (key, kind) in job["own"].items()}
    errors = sheets.Refused(Path(job["errors"]), table, translator(job["locale"]))
    rows = importing.sort_rows(table, job["columns"], job["country"], own, job["tags"])
    repeats = 0
    for batch in rows:
        repeats += batch.repeats
        errors.write([*batch.bad, *batch.parts])
        forms = [_packed(form, key in batch.again) for key, form in batch.forms.items()]
        packed = json.dumps(forms, ensure_ascii=False).encode(errors="replace")
        _tell(packed, row=batch.row, size=len(packed))
    errors.close()
    reasons = list(errors.reasons.values())[:_REASONS]
    _tell(repeats=repeats, bad=errors.rows, left_out=errors.left_out, reasons=reasons)


def _packed(form: ClientForm, again: bool) -> dict[str, Any]:
    given = form.given()
    return given | {"again": True} if again else given


def _tell(body: bytes = b"", **what: Any) -> None:
    sys.stdout.buffer.write(json.dumps(what).encode() + b"\n" + body)
    sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
