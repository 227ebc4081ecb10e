"""From a rule to the days it really takes place: moved off days that are not worked, within bounds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from content.calendar.days import Day, Days, DaySource, least_sure
from content.calendar.rules import FIRST, LAST, Rule

_DAY: Final = timedelta(days=1)
_YEARS_AHEAD: Final = 20


class How(StrEnum):
    """Where a date goes that is not worked."""

    NEXT_WEEKDAY = "next_weekday"  # the next working Monday to Friday; never a make-up Saturday or Sunday
    NEXT_WORKDAY = "next_workday"  # the next day offices work, make-up days included
    SAME_WEEKDAY = "same_weekday"  # the same day of a later week
    PREVIOUS_WORKDAY = "previous_workday"  # the last day offices work before it, make-up days included
    NONE = "none"  # it stays


@dataclass(frozen=True, slots=True)
class Shift:
    """How dates are moved.

    Attributes:
        stay_in_month: a moved date stays in the month of the rule's date.
        max_days: a date is moved at most so many days, 0 to 31.

    What finds no place in its own direction within these bounds is looked for in the other; failing that, the date
    stays. The default of ten days is the longest run of days off there has been (2020).
    """

    how: How = How.NEXT_WEEKDAY
    stay_in_month: bool = True
    max_days: int = 10


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time a rule comes true.

    Attributes:
        rule_date: what the rule says; names the occurrence for ever.
        on: the day it takes place.
        source: the least sure of the days that decided this.
    """

    rule_date: date
    on: date
    source: DaySource

    @property
    def moved_from(self) -> date | None:
        """The rule's date if it takes place on another."""
        return self.rule_date if self.on != self.rule_date else None


STAY: Final = Shift(How.NONE)
DEFAULT: Final = Shift()


def occurrences(rule: Rule, first: date, last: date, days: Days, shift: Shift = DEFAULT) -> tuple[Occurrence, ...]:
    """The occurrences that take place from `first` to `last`, both included, by day.

    Splitting a range never changes what is found. When holidays push two of a rule's dates onto one day, the nearer
    one stands for both (of two as near, the later).
    """
    reach = timedelta(days=shift.max_days)
    found: dict[date, Occurrence] = {}
    for rule_date in rule.dates(_back(first, reach), _ahead(last, reach), days):
        occurrence = _occurrence(rule, rule_date, days, shift)
        rival = found.get(occurrence.on)
        if first <= occurrence.on <= last and (rival is None or _distance(occurrence) <= _distance(rival)):
            found[occurrence.on] = occurrence
    return tuple(found[on] for on in sorted(found))


def following(rule: Rule, first: date, count: int, days: Days, shift: Shift = DEFAULT) -> tuple[Occurrence, ...]:
    """The first `count` occurrences from `first` on; fewer when the next twenty years have no more."""
    found: list[Occurrence] = []
    begin = first
    while len(found) < count and begin < LAST and begin.year <= first.year + _YEARS_AHEAD:
        end = _ahead(begin, timedelta(days=370))
        found += occurrences(rule, begin, end, days, shift)
        begin = end + _DAY
    return tuple(found[:count])


def occurrence_of(rule: Rule, rule_date: date, days: Days, shift: Shift = DEFAULT) -> Occurrence | None:
    """The occurrence of that rule date; None when the rule does not give that date."""
    given = any(found == rule_date for found in rule.dates(rule_date, rule_date, days))
    return _occurrence(rule, rule_date, days, shift) if given else None


class _Watched:
    """Day data that remembers on what it rested."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self.sources: set[DaySource] = set()

    def __call__(self, when: date) -> Day:
        day = self._days(when)
        self.sources.add(day.source)
        return day


def _occurrence(rule: Rule, rule_date: date, days: Days, shift: Shift) -> Occurrence:
    watched = _Watched(days)
    begin, end = rule.pattern.decided_by(rule_date)
    for number in range((end - begin).days + 1):
        watched(begin + number * _DAY)
    on = _landing(rule, rule_date, watched, shift)
    return Occurrence(rule_date, on, least_sure(watched.sources))


def _landing(rule: Rule, rule_date: date, days: Days, shift: Shift) -> date:
    if shift.how is How.NONE:
        return rule_date
    suits = _suiting(rule, rule_date, days, shift.how)
    if suits(rule_date):
        return rule_date
    weekend = rule_date.weekday() >= 5 and not rule.pattern.names_weekday
    step = 7 if shift.how is How.SAME_WEEKDAY and not weekend else 1
    ways = (-step, step) if shift.how is How.PREVIOUS_WORKDAY else (step, -step)
    candidates = (day for way in ways for day in _walk(rule_date, way, shift))
    return next(filter(suits, candidates), rule_date)


def _walk(rule_date: date, step: int, shift: Shift) -> Iterator[date]:
    """The dates within bounds in one direction, nearest first."""
    for number in range(1, shift.max_days // abs(step) + 1):
        day = rule_date + number * step * _DAY
        if shift.stay_in_month and day.month != rule_date.month:
            return
        yield day


def _suiting(rule: Rule, rule_date: date, days: Days, how: How) -> Callable[[date], bool]:
    """Whether something can take place on a day. A rule that names Saturdays means them: it only avoids holidays."""
    if rule.pattern.names_weekday and rule_date.weekday() >= 5:
        same = how is How.SAME_WEEKDAY
        return lambda day: not _in_break(day, days) if same or day == rule_date else days(day).ordinary
    if how in (How.NEXT_WEEKDAY, How.SAME_WEEKDAY):
        return lambda day: days(day).ordinary
    return lambda day: days(day).working


def _in_break(when: date, days: Days) -> bool:
    """Whether a day belongs to days off that are more than a weekend: a Monday to Friday is among them."""
    return not days(when).working and (_reaches_weekday(when, -_DAY, days) or _reaches_weekday(when, _DAY, days))


def _reaches_weekday(when: date, step: timedelta, days: Days) -> bool:
    while not days(when).working:
        if when.weekday() < 5:
            return True
        when += step
    return False


def _distance(occurrence: Occurrence) -> int:
    return abs((occurrence.on - occurrence.rule_date).days)


def _back(day: date, reach: timedelta) -> date:
    return max(day, FIRST + reach) - reach


def _ahead(day: date, reach: timedelta) -> date:
    return min(day, LAST - reach) + reach
