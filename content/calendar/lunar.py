"""Days of the lunar calendar. The only importer of lunar_python."""

import functools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from lunar_python import LunarYear, Solar


def dates(day: int, first: date, last: date) -> Iterator[date]:
    """The given day (1 to 30) of every lunar month from `first` to `last`, in order.

    A leap month counts as a month of its own, so that no meeting falls out for two months. A month of 29 days has its
    day 30 on the 29th.

    >>> [str(found) for found in dates(15, date(2026, 2, 1), date(2026, 4, 30))]
    ['2026-02-02', '2026-03-03', '2026-04-02']
    """
    for year in range(first.year - 1, last.year + 1):
        for begins, length in _months(year):
            found = begins + timedelta(days=min(day, length) - 1)
            if first <= found <= last:
                yield found


@functools.cache
def _months(year: int) -> tuple[tuple[date, int], ...]:
    """The months of a lunar year: first day and length in days."""
    return tuple((_day(month.getFirstJulianDay()), month.getDayCount()) for month in _raw(year))


def _raw(year: int) -> list[Any]:
    return list(LunarYear.fromYear(year).getMonthsInYear())


def _day(julian: float) -> date:
    solar = Solar.fromJulianDay(julian)
    return date(solar.getYear(), solar.getMonth(), solar.getDay())
