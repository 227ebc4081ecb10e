"""What is known of every day, as of this minute: announcements that operators enter while we run count at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot import day_data
from bot.announcements import Announcements
from content.calendar import Days

KEPT: Final = timedelta(minutes=1)


class KnownDays:
    """Gives the day data in force; the same function while the announcements are the same. Raises StoreUnavailable
    when it has to ask the store for them.

    Args:
        now: the clock, aware.
    """

    def __init__(self, announcements: Announcements, now: Callable[[], datetime]) -> None:
        self._announcements = announcements
        self._now = now
        self._kept: tuple[datetime, Days] | None = None

    def __call__(self) -> Days:
        """What is known of every day now."""
        now, kept = self._now(), self._kept
        if kept is None or now - kept[0] > KEPT:
            kept = self._kept = (now, day_data.days(self._announcements.all()))
        return kept[1]
