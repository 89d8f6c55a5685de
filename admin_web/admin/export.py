"""A table as CSV, row by row, safe to open in a spreadsheet."""

import csv
from datetime import datetime
from io import StringIO
from typing import Any

from aiohttp import web

from admin_web.admin import filters, listing
from admin_web.admin.here import here
from admin_web.admin.resource import Resource
from admin_web.admin.views import TABLE, resource_of
from core.audit import service as audit
from core.db import clock

BOM = "\ufeff"  # without it spreadsheets take UTF-8 for something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export(request: web.Request) -> web.StreamResponse:
    """Everything the list's filters let through."""
    at, resource = here(request), resource_of(request)
    asked = filters.wanted(resource, request.query)
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        named = (resource.name, "", at._(resource.title).unescape())
        await audit.record(tx, at.actor, "export", named, now)
    response = web.StreamResponse(headers=_headers(resource, now))
    await response.prepare(request)
    columns = resource.shown()
    await response.write((BOM + _line(columns)).encode())
    async for rows in listing.every(at.sessions, resource, asked):
        lines = (_line([resource.value(row, column) for column in columns]) for row in rows)
        await response.write("".join(lines).encode())
    await response.write_eof()
    return response


def _headers(resource: Resource, now: datetime) -> dict[str, str]:
    name = f"{resource.name}-{now:%Y-%m-%d}.csv"
    return {
        "Content-Type": "text/csv; charset=utf-8",
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
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    is_number = isinstance(value, int | float)
    return "'" + text if text.startswith(_FORMULA) and not is_number else text


routes = [web.get(TABLE + ".csv", export)]
