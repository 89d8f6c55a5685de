"""A run's recipients as workbooks, written a page at a time beside everything else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from core.clients.sheets import XlsxSheet
from core.db import Transaction
from core.delivery import causes
from core.delivery.queries import recipients
from core.delivery.report import Outline
from core.i18n import N_, Translator

COLUMNS = (
    (N_("E-mail"), 32),
    (N_("Name"), 24),
    (N_("Outcome"), 18),
    (N_("When"), 20),
    (N_("Why"), 40),
    (N_("The server's words"), 50),
    (N_("Attempts"), 10),
    (N_("Account"), 26),
    (N_("Message-ID"), 44),
)
LONGEST = 1000
PART = 100_000  # recipients in one file: Telegram takes up to 50 MB from a bot


@asynccontextmanager
async def workbooks(
    tx: Transaction, _: Translator, report: Outline, message_id: Callable[[int], str]
) -> AsyncIterator[list[Path]]:
    """XLSX files with a row for each recipient, there until the block ends: one for each PART.

    Every cell is text, never a formula.
    """
    with TemporaryDirectory(prefix="mail-center-") as folder:
        parts = _Parts(Path(folder), _)
        async for page in recipients(tx, report.run_id):
            cells = (_cells(_, row, report.timezone, message_id) for row in page)
            await asyncio.to_thread(parts.write, cells)
        await asyncio.to_thread(parts.close)
        yield parts.paths


class _Parts:
    def __init__(self, folder: Path, translate: Translator) -> None:
        self.paths: list[Path] = []
        self._folder, self._translate = folder, translate
        self._sheet = self._begun()
        self._left = PART

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            if not self._left:
                self.close()
                self._sheet, self._left = self._begun(), PART
            self._sheet.row(row)
            self._left -= 1

    def close(self) -> None:
        self._sheet.close()

    def _begun(self) -> XlsxSheet:
        self.paths.append(self._folder / f"{len(self.paths) + 1}.xlsx")
        title = self._translate("Recipients").unescape()
        sheet = XlsxSheet(self.paths[-1], title, [width for _, width in COLUMNS])
        sheet.row([self._translate(name).unescape() for name, _ in COLUMNS])
        return sheet


def _cells(_: Translator, row: Any, zone: str, message_id: Callable[[int], str]) -> list[str]:
    values: dict[str, Any] = row.values
    when = row.settled_at.astimezone(ZoneInfo(zone)) if row.settled_at else None
    said = (str(row.smtp_code or ""), row.enhanced or "", row.smtp_text or "")
    return [
        row.email,
        str(values.get("name", "")),
        _(causes.STATUSES[row.status]).unescape(),
        f"{when:%Y-%m-%d %H:%M:%S}" if when else "",
        why(_, row),
        " ".join(part for part in said if part)[:LONGEST],
        str(row.attempt),
        row.account or "",
        message_id(row.client_id) if row.attempt else "",
    ]


def why(_: Translator, row: Any) -> str:
    """The cause in words; nothing for what needs none."""
    if row.status in ("failed", "deferred"):
        cause = causes.cause_of(row.smtp_code, row.enhanced, row.smtp_text)
        return _(causes.CAUSES[cause]).unescape()
    words = causes.SKIPPED if row.status == "skipped" else causes.UNCERTAIN
    known = words.get(row.reason or "")
    return _(known).unescape() if known else ""
