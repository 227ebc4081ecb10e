"""The announcements of days off that operators have entered, in the store, so that every process sees them."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from bot.store import Store
from content.calendar.announcement import Announcement

ANNOUNCEMENTS: Final = "bot:calendar:announcements"  # year -> announcement; kept for good, a year has one


class Announcements:
    """The entered announcements. Every method raises StoreUnavailable; nobody may go on as if there were none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[Announcement, ...]:
        """Every announcement, by year."""
        with self._store.commands() as client:
            found: Any = client.hgetall(ANNOUNCEMENTS)
        return tuple(_load(year, found[year]) for year in sorted(found))

    def enter(self, announcement: Announcement) -> None:
        """Keep an announcement; it replaces the one of the same year."""
        with self._store.commands() as client:
            client.hset(ANNOUNCEMENTS, str(announcement.year), _dump(announcement))


def _dump(announcement: Announcement) -> str:
    return json.dumps([_written(announcement.off), _written(announcement.worked)])


def _load(year: str, raw: str) -> Announcement:
    off, worked = json.loads(raw)
    return Announcement(int(year), _read(off), _read(worked))


def _written(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


def _read(days: Iterable[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, days))
