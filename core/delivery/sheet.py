"""A run's recipients as a workbook, written row by row so that its size does not matter."""

import asyncio
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from core.db import Transaction
from core.delivery import causes
from core.delivery.models import Delivery
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


async def workbook(
    tx: Transaction, _: Translator, report: Outline, message_id: Callable[[int], str]
) -> bytes:
    """An XLSX with a row for each recipient; every cell is text, never a formula."""
    target = BytesIO()
    options = {"in_memory": False, "constant_memory": True, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(target, options)
    page = book.add_worksheet(_("Recipients").unescape()[:31])
    page.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, (title, width) in enumerate(COLUMNS):
        page.set_column(column, column, width)
        page.write_string(0, column, _(title).unescape(), bold)
    number = 0
    async for row in recipients(tx, report.run_id):
        number += 1
        for column, cell in enumerate(_cells(_, row, report.timezone, message_id)):
            page.write_string(number, column, cell)
    await asyncio.to_thread(book.close)
    return target.getvalue()


def _cells(_: Translator, row: Delivery, zone: str, message_id: Callable[[int], str]) -> list[str]:
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


def why(_: Translator, row: Delivery) -> str:
    """The cause in words; nothing for what needs none."""
    if row.status in ("failed", "deferred"):
        cause = causes.cause_of(row.smtp_code, row.enhanced, row.smtp_text)
        return _(causes.CAUSES[cause]).unescape()
    words = causes.SKIPPED if row.status == "skipped" else causes.UNCERTAIN
    known = words.get(row.reason or "")
    return _(known).unescape() if known else ""
