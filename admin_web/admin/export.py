"""A table as CSV or as a workbook, row by row, safe to open in a spreadsheet."""

import asyncio
import csv
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from aiohttp import web

from admin_web.admin import filters, listing, workbook
from admin_web.admin.here import Here, here
from admin_web.admin.proof import guarded
from admin_web.admin.resource import Resource
from admin_web.admin.views import TABLE, resource_of
from admin_web.packing import pack
from core.audit import service as audit
from core.db import clock

BOM = "\ufeff"  # without it spreadsheets take UTF-8 for something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@guarded
async def as_csv(request: web.Request) -> web.StreamResponse:
    """Everything the list's filters let through."""
    at, resource = here(request), resource_of(request)
    rows = _rows(at, resource)
    response = web.StreamResponse(headers=await _recorded(at, resource, "csv"))
    pack(request, response)
    await response.prepare(request)
    await response.write((BOM + _line(resource.shown())).encode())
    async for batch in rows:
        await response.write("".join(map(_line, batch)).encode())
    await response.write_eof()
    return response


@guarded
async def as_xlsx(request: web.Request) -> web.StreamResponse:
    """The same as a workbook, which is whole before its first byte leaves."""
    at, resource = here(request), resource_of(request)
    book = workbook.Book(at, resource)
    try:
        async for batch in _rows(at, resource):
            await asyncio.to_thread(book.write, batch)
        await asyncio.to_thread(book.close)
        response = web.StreamResponse(headers=await _recorded(at, resource, "xlsx"))
        await response.prepare(request)
        for piece in book.pieces():
            await response.write(piece)
        await response.write_eof()
    finally:
        book.forget()
    return response


async def _rows(at: Here, resource: Resource) -> AsyncIterator[list[list[Any]]]:
    """Values in batches."""
    columns, asked = resource.shown(), filters.wanted(resource, at.request.query)
    async for rows in listing.every(at.sessions, resource, asked):
        yield [[resource.value(row, column) for column in columns] for row in rows]


async def _recorded(at: Here, resource: Resource, kind: str) -> dict[str, str]:
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        named = (resource.name, "", at._(resource.title).unescape())
        await audit.record(tx, at.actor, "export", named, now)
    name = f"{resource.name}-{now:%Y-%m-%d}.{kind}"
    return {
        "Content-Type": TYPES[kind],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }


def _line(values: list[Any]) -> str:
    out = StringIO()
    csv.writer(out).writerow([safe(value) for value in values])
    return out.getvalue()


def safe(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.2f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    is_number = isinstance(value, int | float)
    return "'" + text if text.startswith(_FORMULA) and not is_number else text


routes = [web.get(TABLE + ".csv", as_csv), web.get(TABLE + ".xlsx", as_xlsx)]
