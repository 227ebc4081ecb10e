"""Which days are worked, from the surest source there is: an announcement an operator entered; those chinesecalendar
carries; statutory days as `holidays` computes them (provisional); Monday to Friday. The only importer of both
libraries; they read neither network nor clock. Never raises for a year nobody knows.
"""

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import chinese_calendar
import holidays

from content.calendar import Day, Days, DaySource, plain_week
from content.calendar.announcement import Announcement
from content.calendar.days import day_of

FIRST_YEAR: Final = min(chinese_calendar.holidays).year
LAST_YEAR: Final = max(chinese_calendar.holidays).year
SETTLED: Final = 28  # of December; what comes after may belong to the next year, as 29 to 31 December 2018 did
DUE: Final = 11  # the month from which the next year's announcement is to be expected


def days(announcements: Sequence[Announcement] = ()) -> Days:
    """What is known of every day.

    Args:
        announcements: those operators have entered.

    Returns:
        The same function for the same announcements: what it has found out is kept.
    """
    return _layered(tuple(announcements))


@functools.lru_cache(maxsize=4)
def _layered(announcements: tuple[Announcement, ...]) -> Days:
    @functools.cache
    def day(when: date) -> Day:
        entered = (announcement.day(when) for announcement in announcements)
        found = next(filter(None, entered), None) or _official(when) or _statutory(when) or plain_week(when)
        doubtful = found.source is not DaySource.WEEKDAY and _unsettled(when, announcements)
        return replace(found, source=DaySource.PROVISIONAL) if doubtful else found

    return day


def known_until(announcements: Sequence[Announcement] = ()) -> date:
    """The last date up to which every day is officially known."""
    year = LAST_YEAR
    while _known(year + 1, announcements):
        year += 1
    return date(year, 12, SETTLED)


def missing_year(today: date, announcements: Sequence[Announcement] = ()) -> int | None:
    """The year whose announcement is missing though it is needed: this one, or from November on the next; else None."""
    needed = (today.year, today.year + 1) if today.month >= DUE else (today.year,)
    return next((year for year in needed if not _known(year, announcements)), None)


def _known(year: int, announcements: Sequence[Announcement]) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR or any(announcement.year == year for announcement in announcements)


def _unsettled(when: date, announcements: Sequence[Announcement]) -> bool:
    """Whether the next year's announcement may still change this day."""
    late = when.month == 12 and when.day > SETTLED and not _known(when.year + 1, announcements)
    return late and not any(when in announcement.off | announcement.worked for announcement in announcements)


def _official(when: date) -> Day | None:
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        return None
    return day_of(when, chinese_calendar.is_workday(when), DaySource.OFFICIAL)


def _statutory(when: date) -> Day | None:
    """A day as the law has it, without the make-up days of an announcement; None for years without data."""
    found = _statutory_days(when.year)
    return day_of(when, when.weekday() < 5 and when not in found, DaySource.PROVISIONAL) if found else None


@functools.cache
def _statutory_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))
