"""Cron expressions for experts: five fields, read by cronsim, in the owner's wall-clock time."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from core.errors import Invalid
from core.i18n import N_

NO_CRON = N_("I cannot read this cron expression. Five fields are needed: 30 9 * * MON-FRI")
NEVER = N_("The cron expression “{expression}” never comes true. Example: 30 9 * * MON-FRI")
LONGEST_EXPRESSION = 100
_ANY_DATE = datetime(2024, 1, 1, tzinfo=UTC)


def check_cron(expression: object) -> None:
    """Refuse what is no cron expression, and what would never run."""
    # Six fields would start with seconds.
    if not isinstance(expression, str) or len(expression.split()) != 5:
        raise Invalid(NO_CRON)
    if len(expression) > LONGEST_EXPRESSION:
        raise Invalid(NO_CRON)
    if not _comes_true(expression):
        raise Invalid(NEVER, expression=expression)


def next_cron(expression: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first date strictly after `after`; None if there is none in the next 50 years."""
    # In the repeated hour cronsim starts from the wall clock alone and may answer with the first
    # of the two passes, which lies behind us.
    found = CronSim(expression, after.astimezone(zone))
    return next((utc for date in found if (utc := date.astimezone(UTC)) > after), None)


@lru_cache(maxsize=256)
def _comes_true(expression: str) -> bool:
    try:
        return next(CronSim(expression, _ANY_DATE), None) is not None
    except CronSimError:
        raise Invalid(NO_CRON) from None
