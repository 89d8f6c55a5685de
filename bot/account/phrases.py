"""Dates as the screens of the account say them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date


def day(moment: datetime, zone: str, locale: str) -> str:
    """“1 December 2026”, where the reader is."""
    local = moment.astimezone(ZoneInfo(zone))
    return format_date(local, "d MMMM y", locale=locale)
