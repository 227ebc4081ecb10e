"""How often each entry answered, by day: for the menu, the editors and the figures."""

from datetime import date, timedelta
from typing import Any, Final

from bot.store import Store, seconds

SPAN: Final = timedelta(days=30)  # hits count for that long


class Hits:
    """How often each entry answered, by day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def top(self, count: int, today: date) -> tuple[str, ...]:
        """Ids of the entries that answered most in the last 30 days, most first. Fail open: show the editors'
        selection.
        """
        totals = self.counts(today)
        return tuple(sorted(totals, key=lambda entry_id: (-totals[entry_id], entry_id))[:count])

    def counts(self, today: date) -> dict[str, int]:
        """How often each entry answered in the last 30 days."""
        keys = [_key(today - timedelta(days=ago)) for ago in range(SPAN.days)]
        with self._store.commands() as client:
            found: Any = client.zunion(keys, withscores=True)
        return {entry_id: int(count) for entry_id, count in found}


def count(pipe: Any, entry_id: str, day: date) -> None:
    """Queue that the entry answered on that day."""
    key = _key(day)
    pipe.execute_command("ZINCRBY", key, 1, entry_id)
    pipe.execute_command("EXPIRE", key, seconds(SPAN + timedelta(days=1)))


def _key(day: date) -> str:
    return f"bot:hits:{day:%Y%m%d}"
