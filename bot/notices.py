"""The notices on days off that operators have entered, in the store, so that every process sees them."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from bot.store import Store
from content.calendar.notice import Notice

NOTICES: Final = "bot:calendar:notices"  # year -> notice; kept for good, a year has one


class Notices:
    """The entered notices. Every method raises StoreUnavailable; nobody may go on as if there were none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[Notice, ...]:
        """Every notice, by year."""
        with self._store.commands() as client:
            found: Any = client.hgetall(NOTICES)
        return tuple(_load(year, found[year]) for year in sorted(found))

    def enter(self, notice: Notice) -> None:
        """Keep a notice; it replaces the one of the same year."""
        with self._store.commands() as client:
            client.hset(NOTICES, str(notice.year), _dump(notice))


def _dump(notice: Notice) -> str:
    return json.dumps([_written(notice.off), _written(notice.worked)])


def _load(year: str, raw: str) -> Notice:
    off, worked = json.loads(raw)
    return Notice(int(year), _read(off), _read(worked))


def _written(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


def _read(days: Iterable[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, days))
