"""A run as a picture: letters over time as bars, outcomes as a ring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont

from core.delivery.report import Report, Timeline
from core.i18n import N_, Translator
from core.typed import shortened

SIZE = (1200, 630)
SCALE = 2  # drawn larger and scaled down, so that curves are smooth
INK, GREY, FAINT, PAPER = "#1d2939", "#667085", "#e4e7ec", "#ffffff"
COLOURS = {
    "sent": "#12a150",
    "failed": "#d92d20",
    "uncertain": "#f79009",
    "waiting": "#98a2b3",
}
LABELS = {
    "sent": N_("Sent"),
    "failed": N_("Not delivered"),
    "uncertain": N_("Unclear"),
    "waiting": N_("Waits"),
}
_FONTS = Path(__file__).parents[1] / "fonts"
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Pen:
    draw: ImageDraw.ImageDraw

    def text(
        self, x: float, y: float, words: str, size: int, colour: str = INK,
        bold: bool = False, anchor: str = "ls",
    ) -> None:  # fmt: skip
        place = (x * SCALE, y * SCALE)
        self.draw.text(place, words, fill=colour, font=_font(size, bold), anchor=anchor)

    def bar(self, box: Box, colour: str, radius: float = 4) -> None:
        scaled = [each * SCALE for each in box]
        self.draw.rounded_rectangle(scaled, radius * SCALE, fill=colour)

    def arc(self, box: Box, start: float, end: float, colour: str, width: int) -> None:
        scaled = [each * SCALE for each in box]
        self.draw.arc(scaled, start, end, fill=colour, width=width * SCALE)


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(_FONTS / name, size * SCALE)


def chart(_: Translator, report: Report, timeline: Timeline | None) -> bytes:
    """A PNG; takes a moment: call it in a thread."""
    width, height = SIZE
    picture = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
    pen = _Pen(ImageDraw.Draw(picture))
    pen.text(56, 78, shortened(report.subject, 48), 32, bold=True)
    pen.text(56, 116, _("Sending No. {no}", no=report.no).unescape(), 21, GREY)
    _bars(_, pen, report, timeline)
    _ring(_, pen, outcomes(report.counts))
    target = BytesIO()
    picture.resize(SIZE, Image.Resampling.LANCZOS).save(target, "PNG", optimize=True)
    return target.getvalue()


def outcomes(counts: Mapping[str, int]) -> dict[str, int]:
    """What the ring shows, without what there is none of."""
    waiting = sum(counts.get(status, 0) for status in ("queued", "sending", "deferred"))
    found = {status: counts.get(status, 0) for status in ("sent", "failed", "uncertain")}
    return {status: n for status, n in (found | {"waiting": waiting}).items() if n}


def _bars(_: Translator, pen: _Pen, report: Report, timeline: Timeline | None) -> None:
    left, top, right, bottom = 56, 210, 690, 520
    pen.text(left, top - 32, _title(_, timeline), 20, GREY)
    pen.bar((left, bottom, right, bottom + 2), FAINT, 1)
    if timeline is None:
        return
    most, n = max(timeline.sent), len(timeline.sent)
    slot = min((right - left) / n, 90)
    for number, sent in enumerate(timeline.sent):
        x = left + slot * number + slot * 0.14
        y = bottom - (bottom - top) * sent / most
        if sent:
            pen.bar((x, min(y, bottom - 3), x + slot * 0.72, bottom), COLOURS["sent"])
        if n <= 12 and sent:
            pen.text(x + slot * 0.36, y - 8, str(sent), 16, GREY, anchor="ms")
    if n > 12:
        pen.text(right, top - 32, _("up to {n}", n=most).unescape(), 18, GREY, anchor="rs")
    zone = ZoneInfo(report.timezone)
    for number in _ticks(n):
        at = (timeline.since + timedelta(seconds=timeline.step * number)).astimezone(zone)
        words = f"{at:%d.%m}" if timeline.step >= 43_200 else f"{at:%H:%M}"
        words = f"{at:%H:%M:%S}" if timeline.step < 60 else words
        pen.text(left + slot * (number + 0.5), bottom + 32, words, 17, GREY, anchor="ms")


def _ticks(n: int) -> list[int]:
    return sorted({0, (n - 1) // 2, n - 1}) if n > 3 else [0]


def _title(_: Translator, timeline: Timeline | None) -> str:
    step = timeline.step if timeline else 0
    if step == 0:
        return _("Nothing was sent").unescape()
    if step < 60:
        return _.plural("Letters in {n} second", "Letters in {n} seconds", step).unescape()
    if step < 3600:
        return _.plural("Letters in {n} minute", "Letters in {n} minutes", step // 60).unescape()
    return _.plural("Letters in {n} hour", "Letters in {n} hours", step // 3600).unescape()


def _ring(_: Translator, pen: _Pen, found: Mapping[str, int]) -> None:
    centre_x, centre_y, radius, width = 930, 290, 130, 38
    box = (centre_x - radius, centre_y - radius, centre_x + radius, centre_y + radius)
    total, start = sum(found.values()), -90.0
    if not total:
        pen.arc(box, 0, 360, FAINT, width)
    for status, n in found.items():
        end = start + 360 * n / total
        pen.arc(box, start, end, COLOURS[status], width)
        start = end
    share = 100 * found.get("sent", 0) // total if total else 0
    pen.text(centre_x, centre_y + 14, f"{share} %", 40, bold=True, anchor="ms")
    pen.text(centre_x, centre_y + 44, _("sent").unescape(), 18, GREY, anchor="ms")
    _legend(_, pen, found, 790, 480)


def _legend(_: Translator, pen: _Pen, found: Mapping[str, int], left: int, top: int) -> None:
    for row, (status, n) in enumerate(found.items()):
        y = top + 34 * row
        pen.bar((left, y - 15, left + 16, y + 1), COLOURS[status], 4)
        pen.text(left + 30, y, _(LABELS[status]).unescape(), 19)
        pen.text(1090, y, str(n), 19, bold=True, anchor="rs")
