"""How often a bot may write before Telegram answers 429."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.stand.errors import Flood


@dataclass
class Bucket:
    """Tokens that come back with time; a call takes one."""

    burst: float
    rate: float
    level: float
    at: float

    def wait(self, now: float, cost: float) -> float:
        """Seconds until `cost` tokens are there; zero if they are."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (min(cost, self.burst) - self.level) / self.rate)


@dataclass
class Limits:
    """About a message a second in a chat and thirty in all, with room for short bursts."""

    chat_burst: float = 20
    chat_rate: float = 1
    all_burst: float = 60
    all_rate: float = 30
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[int, Bucket] = field(default_factory=dict)

    def spend(self, chat_id: int, cost: float = 1) -> None:
        """Count a message to a chat, or refuse it with the seconds to wait."""
        now = self.clock()
        whole = self._bucket(0, self.all_burst, self.all_rate, now)
        chat = self._bucket(chat_id, self.chat_burst, self.chat_rate, now)
        if wait := max(whole.wait(now, cost), chat.wait(now, cost)):
            raise Flood(math.ceil(wait))
        whole.level -= cost
        chat.level -= cost

    def _bucket(self, key: int, burst: float, rate: float, now: float) -> Bucket:
        return self._buckets.setdefault(key, Bucket(burst, rate, burst, now))
