"""Looks for what goes wrong for too long, and writes it down as news."""

from collections.abc import Mapping
from time import monotonic

from core import alerts
from core.bootstrap import Deps
from core.db import clock
from core.mailings import watch

LOOK = 30.0  # seconds between looks
# How long such trouble may last before anybody is told: a wrong password does not mend itself.
PATIENCE: Mapping[str, float] = {"auth": 0.0, "unreachable": 120.0, "refused": 120.0}


class Watching:
    """Remembers since when each run has been standing still."""

    def __init__(self) -> None:
        self._since: dict[tuple[int, str], float] = {}
        self._looked = 0.0

    async def look(self, deps: Deps) -> None:
        """Look, unless that was done a moment ago."""
        if monotonic() - self._looked > LOOK:
            self._looked = monotonic()
            await self._look(deps)

    async def _look(self, deps: Deps) -> None:
        async with deps.sessions.begin() as tx:
            now = await clock(tx)
            held = await watch.standing_still(tx)
            self._since = {key: self._since.get(key, monotonic()) for key in held}
            for run_id, reason in watch.overdue(self._since, monotonic(), PATIENCE):
                owner_id, mailing_id = held[run_id, reason]
                await watch.tell_of_standstill(tx, run_id, reason, owner_id, mailing_id, now)
            await watch.tell_of_bounces(tx, now)
            await alerts.look(tx, deps.settings.data_dir.resolve(), now)
