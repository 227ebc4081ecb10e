"""The store's clock, read by every process: ages of attempts must be the same for whoever looks at them, on whatever
machine.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.store import Store

ASK_EVERY: Final = 20.0  # seconds


class StoreClock:
    """Tells the time of the store; between two questions it goes on by itself, whatever happens to this machine's
    clock. Safe to use from many threads.
    """

    def __init__(self, store: Store, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store, self._monotonic = store, monotonic
        self._known: tuple[float, datetime] | None = None

    def __call__(self) -> datetime:
        """Now, aware. Raises StoreUnavailable."""
        known = self._known
        since = self._monotonic()
        if known is None or since - known[0] > ASK_EVERY:
            with self._store.commands() as client:
                seconds, microseconds = self._answer(client.time())
            known = (since, datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds))
            self._known = known
        return known[1] + timedelta(seconds=self._monotonic() - known[0])

    @staticmethod
    def _answer(found: Any) -> tuple[int, int]:
        return int(found[0]), int(found[1])
