"""What a rule can be, and which dates it gives before any shift."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Protocol

from content.calendar import lunar
from content.calendar.days import Days
from content.calendar.recurrence import Recurrence

FIRST: Final = date(1900, 1, 1)  # no rule gives dates outside these
LAST: Final = date(2199, 12, 31)
EVERY_MONTH: Final = frozenset(range(1, 13))


class Week(StrEnum):
    """Which week is a month's first; the Friday of the first week differs in about half of the months."""

    NTH_WEEKDAY = "nth_weekday"  # the first Friday of the month
    CALENDAR_WEEK = "calendar_week"  # the Monday-to-Sunday week that holds the 1st, even if its Friday lies before it
    FULL_WEEK = "full_week"  # the first week whose Monday lies in the month


class InMonth(Protocol):
    """A day of a month."""

    def on(self, first: date, days: Days) -> date | None:
        """The date in (or, for a calendar week, beside) the month that begins on `first`; None = it has none."""

    @property
    def names_weekday(self) -> bool:
        """Whether the rule names the day of the week."""


class Pattern(Protocol):
    """Dates that come again and again."""

    def between(self, first: date, last: date, days: Days) -> Iterator[date]:
        """The dates from `first` to `last`, both included, in order."""

    def decided_by(self, found: date) -> tuple[date, date]:
        """First and last of the days whose status decided on a date it gave."""

    @property
    def names_weekday(self) -> bool:
        """Whether the rule names the day of the week."""


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """The nth day; -1 is the last. A month without that day has it on its last: a meeting a month, none forgotten."""

    nth: int
    names_weekday: bool = False

    def on(self, first: date, days: Days) -> date | None:  # noqa: ARG002 - given to every pattern
        """See InMonth."""
        length = calendar.monthrange(first.year, first.month)[1]
        return first.replace(day=min(self.nth, length) if self.nth > 0 else max(length + 1 + self.nth, 1))


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The nth Friday, say; -1 is the last. `weekday` counts from Monday = 0."""

    nth: int
    weekday: int
    names_weekday: bool = True

    def on(self, first: date, days: Days) -> date | None:  # noqa: ARG002 - given to every pattern
        """See InMonth."""
        length = calendar.monthrange(first.year, first.month)[1]
        fitting = [day for day in range(1, length + 1) if first.replace(day=day).weekday() == self.weekday]
        return first.replace(day=fitting[_index(self.nth)]) if abs(self.nth) <= len(fitting) else None


@dataclass(frozen=True, slots=True)
class WeekdayOfWeek:
    """The Friday of the nth week, say, by one of two ways to count weeks; -1 is the last week."""

    nth: int
    weekday: int
    week: Week
    names_weekday: bool = True

    def on(self, first: date, days: Days) -> date | None:  # noqa: ARG002 - given to every pattern
        """See InMonth."""
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        monday = first - timedelta(days=first.weekday())
        mondays = [monday + timedelta(days=7 * week) for week in range(6)]
        if self.week is Week.FULL_WEEK:
            weeks = [day for day in mondays if first <= day and self._within(day) <= last]
        else:
            weeks = [day for day in mondays if day <= last]
        return self._within(weeks[_index(self.nth)]) if abs(self.nth) <= len(weeks) else None

    def _within(self, monday: date) -> date:
        return monday + timedelta(days=self.weekday)


@dataclass(frozen=True, slots=True)
class Workday:
    """The nth working day, make-up days included; -1 is the last."""

    nth: int
    names_weekday: bool = True  # it names working days: one of them never needs to be moved

    def on(self, first: date, days: Days) -> date | None:
        """See InMonth."""
        length = calendar.monthrange(first.year, first.month)[1]
        working = [day for number in range(1, length + 1) if days(day := first.replace(day=number)).working]
        return working[_index(self.nth)] if abs(self.nth) <= len(working) else None


@dataclass(frozen=True, slots=True)
class Monthly:
    """A day of some months of the year."""

    at: InMonth
    months: frozenset[int] = EVERY_MONTH

    def between(self, first: date, last: date, days: Days) -> Iterator[date]:
        """See Pattern."""
        month = (first - timedelta(days=7)).replace(day=1)  # a calendar week reaches up to six days beyond its month
        while month <= last + timedelta(days=7):
            found = self.at.on(month, days) if month.month in self.months else None
            if found is not None and first <= found <= last:
                yield found
            month = (month + timedelta(days=31)).replace(day=1)

    def decided_by(self, found: date) -> tuple[date, date]:
        """See Pattern."""
        if not isinstance(self.at, Workday):
            return found, found
        length = calendar.monthrange(found.year, found.month)[1]
        return (found.replace(day=1), found) if self.at.nth > 0 else (found, found.replace(day=length))

    @property
    def names_weekday(self) -> bool:
        """See Pattern."""
        return self.at.names_weekday


@dataclass(frozen=True, slots=True)
class Weekly:
    """A day of every week, Monday = 0."""

    weekday: int
    names_weekday: bool = True

    def between(self, first: date, last: date, days: Days) -> Iterator[date]:  # noqa: ARG002 - given to every pattern
        """See Pattern."""
        found = first + timedelta(days=(self.weekday - first.weekday()) % 7)
        while found <= last:
            yield found
            found += timedelta(days=7)

    def decided_by(self, found: date) -> tuple[date, date]:
        """See Pattern."""
        return found, found


@dataclass(frozen=True, slots=True)
class Lunar:
    """A day of every lunar month, leap months included."""

    day: int
    names_weekday: bool = False

    def between(self, first: date, last: date, days: Days) -> Iterator[date]:  # noqa: ARG002 - given to every pattern
        """See Pattern."""
        return lunar.dates(self.day, first, last)

    def decided_by(self, found: date) -> tuple[date, date]:
        """See Pattern."""
        return found, found


@dataclass(frozen=True, slots=True)
class Written:
    """An iCalendar recurrence."""

    recurrence: Recurrence

    def between(self, first: date, last: date, days: Days) -> Iterator[date]:  # noqa: ARG002 - given to every pattern
        """See Pattern."""
        return self.recurrence.between(first, last)

    def decided_by(self, found: date) -> tuple[date, date]:
        """See Pattern."""
        return found, found

    @property
    def names_weekday(self) -> bool:
        """See Pattern."""
        return self.recurrence.names_weekday


@dataclass(frozen=True, slots=True)
class Rule:
    """When something comes again.

    Attributes:
        text: as the editor wrote it.
        pattern: what it was read as.
    """

    text: str
    pattern: Pattern

    def dates(self, first: date, last: date, days: Days) -> Iterator[date]:
        """The rule's dates from `first` to `last`, both included, before any shift; none outside 1900 to 2199."""
        return self.pattern.between(max(first, FIRST), min(last, LAST), days)


def _index(nth: int) -> int:
    return nth - 1 if nth > 0 else nth
