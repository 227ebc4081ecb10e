"""What a day is: worked or not, and how sure that is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class DaySource(StrEnum):
    """Where a day's status comes from, surest first."""

    DECIDED = "decided"  # somebody has chosen this very day
    UPLOADED = "uploaded"  # an announcement an operator has entered
    OFFICIAL = "official"  # the State Council's announcements, as a library carries them
    PROVISIONAL = "provisional"  # statutory days only: the year's announcement is not out, make-up days are unknown
    WEEKDAY = "weekday"  # Monday to Friday, nothing else is known


_SUREST_FIRST: Final = tuple(DaySource)


@dataclass(frozen=True, slots=True)
class Day:
    """One day.

    Attributes:
        working: whether offices work.
        makeup: a Saturday or Sunday that is worked to make up for a holiday.
    """

    date: date
    working: bool
    makeup: bool
    source: DaySource

    @property
    def ordinary(self) -> bool:
        """A working day from Monday to Friday."""
        return self.working and not self.makeup


Days = Callable[[date], Day]  # always answers the same: what is found out with it may be kept


def day_of(when: date, working: bool, source: DaySource) -> Day:
    """A day of which it is known whether it is worked."""
    return Day(when, working, working and when.weekday() >= 5, source)


def plain_week(when: date) -> Day:
    """The last resort: Monday to Friday are worked.

    >>> plain_week(date(2026, 11, 21))
    Day(date=datetime.date(2026, 11, 21), working=False, makeup=False, source=<DaySource.WEEKDAY: 'weekday'>)
    """
    return day_of(when, when.weekday() < 5, DaySource.WEEKDAY)


def known(source: DaySource) -> bool:
    """Whether a date resting on this source may be told without a warning."""
    return source not in (DaySource.PROVISIONAL, DaySource.WEEKDAY)


def least_sure(sources: Iterable[DaySource]) -> DaySource:
    """The least sure of some sources; at least one."""
    return max(sources, key=_SUREST_FIRST.index)
