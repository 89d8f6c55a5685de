"""A repetition typed together with its time: “every day at 9”, “по понедельникам в 10:30”."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.errors import Invalid
from core.scheduling import moments
from core.scheduling.recurrence import Recurrence
from core.scheduling.repeats import read_limit, read_repeat
from core.scheduling.rules import next_after, zone_of

_INSTANT = timedelta(microseconds=1)
_MOST_WORDS = 12
_UNTIL = re.compile(r" (?:до|until|till) (?=[^ ])", re.IGNORECASE)
_PARTS_OF_DAY = {
    re.compile(r"^каждое утро\b|^по утрам\b", re.IGNORECASE): "каждый день утром",
    re.compile(r"^каждый вечер\b|^по вечерам\b", re.IGNORECASE): "каждый день вечером",
    re.compile(r"^every (?=(?:morning|afternoon|evening|night)\b)", re.IGNORECASE): "every day ",
}


@dataclass(frozen=True)
class Rhythm:
    """A rule with its first date; None where no time was typed."""

    rule: Recurrence
    start: datetime | None = None


def read_rhythm(typed: str, zone: str, now: datetime, planned: datetime | None = None) -> Rhythm:
    """The rule, and its start where one is typed, too: a date, or a time of the day of `planned`.

    Raises Invalid as `read_repeat` does.
    """
    text = " ".join(typed.split())
    for pattern, put in _PARTS_OF_DAY.items():
        text = pattern.sub(put, text)
    reader = _Reader(zone, now, planned)
    head, *tail = _UNTIL.split(text, maxsplit=1)
    if tail:
        with suppress(Invalid):
            found = reader.read(head)
            return replace(found, rule=read_limit(found.rule, tail[0], zone, now))
    return reader.read(text)


@dataclass(frozen=True)
class _Reader:
    zone: str
    now: datetime
    planned: datetime | None

    def read(self, text: str) -> Rhythm:
        """A whole repetition, or one that can be cut out."""
        try:
            return self._anchored(Rhythm(read_repeat(text)))
        except Invalid:
            found = self._on_weekdays(text) or self._timed(text)
            if found is None:
                raise
            return self._anchored(found)

    def _on_weekdays(self, text: str) -> Rhythm | None:
        """“every 2 weeks” before “on mondays at 10”."""
        for repeat, rest in _cuts(text):
            with suppress(Invalid):
                rule = read_repeat(repeat)
                if rule.kind != "weeks" or rule.weekdays:
                    continue
                found = self._timed(rest) or Rhythm(read_repeat(rest))
                if found.rule.weekdays:
                    return replace(found, rule=replace(rule, weekdays=found.rule.weekdays))
        return None

    def _timed(self, text: str) -> Rhythm | None:
        """The first way to cut it into a rule and a time."""
        for repeat, rest in _cuts(text):
            with suppress(Invalid):
                return self._starting(read_repeat(repeat), self._moment(rest))
        return None

    def _moment(self, text: str) -> datetime:
        """A typed date; a time of the day alone is that of the day planned, or the next."""
        clock = moments.read_clock(text)
        if clock is not None and self.planned is not None:
            local = self.planned.astimezone(zone_of(self.zone))
            found = datetime.combine(local.date(), clock, local.tzinfo).astimezone(UTC)
            if found > self.now:
                return found
        return moments.read_moment(text, self.zone, self.now)

    def _anchored(self, found: Rhythm) -> Rhythm:
        """Every second Monday begins with the next one, not with the one that this week had."""
        if found.start or found.rule.every == 1 or not found.rule.weekdays:
            return found
        return self._starting(found.rule, max(self.planned or self.now, self.now))

    def _starting(self, rule: Recurrence, moment: datetime) -> Rhythm:
        """From the rule's first date at or after the moment."""
        nearest = replace(rule, every=1) if rule.kind in ("weeks", "months") else rule
        return Rhythm(rule, next_after(nearest, moment, self.zone, moment - _INSTANT) or moment)


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """Each way to cut a text in two: the longest repetition in front first, then behind."""
    words = text.split()
    if len(words) > _MOST_WORDS:
        return
    for n in range(len(words) - 1, 0, -1):
        yield " ".join(words[:n]), " ".join(words[n:])
    for n in range(1, len(words)):
        yield " ".join(words[n:]), " ".join(words[:n])
