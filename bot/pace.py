"""How fast pushes may follow each other, for all processes together: one token bucket in the store.

The pace falls by half when the platform says it is too busy and comes back by a twentieth of its ceiling a minute.
Both scripts use the store's clock, so that processes on several machines agree.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from bot.store import Store

PACE: Final = "bot:pace"
PATIENCE: Final = 5.0  # seconds a message waits for its turn; beyond that it comes back later
AHEAD: Final = 0.05  # seconds' worth of turns a process takes at once
MOST_AHEAD: Final = 50

# GCRA: `tat` is when the last turn given out is over. A clock set back would hold everything up for as long; then it
# is begun anew.
_RATE: Final = """
local time = redis.call('TIME')
local now = tonumber(ARGV[2]) or time[1] + time[2] / 1000000
local ceiling = tonumber(ARGV[1])
local kept = redis.call('HMGET', KEYS[1], 'rate', 'at', 'tat', 'window', 'taken', 'busy', 'halved')
local rate = math.min(ceiling, (kept[1] or ceiling) + ceiling / 20 * math.max(0, now - (kept[2] or now)) / 60)
local window = math.floor(now / 10)
local same = window == tonumber(kept[4] or 0)
local taken, busy = same and tonumber(kept[5]) or 0, same and tonumber(kept[6]) or 0
"""
_TAKE: Final = (
    _RATE
    + """
local count, patience = tonumber(ARGV[3]), tonumber(ARGV[4])
local tat = tonumber(kept[3] or 0)
if tat < now or tat > now + 2 * patience + 2 * count / rate then tat = now end
if tat - now <= patience then
  redis.call('HSET', KEYS[1], 'tat', string.format('%.6f', tat + count / rate), 'window', window, 'taken',
    taken + count, 'busy', busy)
  redis.call('EXPIRE', KEYS[1], 86400)
end
return {string.format('%.6f', tat - now), string.format('%.3f', rate)}
"""
)
_SLOW: Final = (
    _RATE
    + """
busy = busy + 1
local overloaded = ARGV[3] == '1' or (busy >= 5 and busy > taken / 20)
if overloaded and now - (kept[7] or 0) >= 5 then
  rate, taken, busy = math.max(ceiling / 10, rate / 2), 0, 0
  redis.call('HSET', KEYS[1], 'rate', string.format('%.3f', rate), 'at', string.format('%.6f', now), 'halved',
    string.format('%.6f', now))
end
redis.call('HSET', KEYS[1], 'window', window, 'taken', taken, 'busy', busy)
redis.call('EXPIRE', KEYS[1], 86400)
return string.format('%.3f', rate)
"""
)


class Pace:
    """Turns for messages, taken from the store several at a time. Safe to use from many threads and processes.

    Args:
        ceiling: messages a second all processes may send together at most.
        monotonic: seconds that only grow.
        clock: seconds; None = the store's own clock. For tests.
    """

    def __init__(
        self,
        store: Store,
        ceiling: float,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._store, self._ceiling, self._monotonic, self._clock = store, ceiling, monotonic, clock
        self._rate = ceiling
        self._turns: deque[float] = deque()
        self._lock = threading.Lock()

    def turn(self) -> float:
        """Seconds until this message's turn. More than PATIENCE = it has none, come back after so many seconds. Raises
        StoreUnavailable.
        """
        with self._lock:
            if not self._turns:
                count = max(1, min(MOST_AHEAD, round(self._rate * AHEAD)))
                wait, self._rate = self._run(_TAKE, count, PATIENCE)
                if wait > PATIENCE:
                    return wait
                first = self._monotonic() + wait
                self._turns.extend(first + number / self._rate for number in range(count))
            return max(0.0, self._turns.popleft() - self._monotonic())

    def slow_down(self, certain: bool) -> float:
        """The platform was too busy for a message. Halves the pace when it said so in as many words (`certain`) or to
        more than a twentieth of the messages of these seconds, at most once in five. Gives the pace, messages a second.
        Raises StoreUnavailable.
        """
        with self._lock:
            (self._rate,) = self._run(_SLOW, int(certain))
            return self._rate

    def rate(self) -> float:
        """The pace of now, messages a second. Raises StoreUnavailable."""
        return self._run(_RATE + "return string.format('%.3f', rate)")[0]

    def _run(self, script: str, *arguments: float) -> tuple[float, ...]:
        clock = "" if self._clock is None else repr(self._clock())
        with self._store.commands() as client:
            found: Any = client.eval(script, 1, PACE, repr(self._ceiling), clock, *map(str, arguments))
        return tuple(map(float, found)) if isinstance(found, list) else (float(found),)
