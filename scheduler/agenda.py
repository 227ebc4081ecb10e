"""What stands in a branch's calendar: occurrences of an activity with the branch's own time, place and changes. No I/O
here.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from content.activities import Activities, Activity
from content.calendar import Days, DaySource, Occurrence, Rule, occurrence_of, occurrences, parse_rule
from scheduler.roster import Branch, Change

WINDOW: Final = timedelta(days=34)  # a monthly meeting comes within it, or nearly
HORIZON: Final = timedelta(days=5 * 366)
_occurrences = functools.lru_cache(maxsize=1024)(occurrences)  # thousands of branches share a few dozen rules

AROUND: Final = timedelta(days=40)  # a day off moves a date by a month at most


@dataclass(frozen=True, slots=True)
class Meeting:
    """One occurrence of an activity in a branch, by the names that never change.

    Attributes:
        rule_date: the date the rule gives before any shift or change.
    """

    activity_id: str
    branch_id: str
    rule_date: date


@dataclass(frozen=True, slots=True)
class Appointment:
    """When and where a meeting takes place, everything considered.

    Attributes:
        begins: aware.
        version: 0 = as the rule says; grows with each change (`Change.version`).
        cancelled: it does not take place; `begins` is when it would have.
        moved_from: the rule's date if a day off or the secretary moved it to another day, else None.
        source: how sure the day is.
        rule: the rule as editors say it.
        note: the secretary's words to the members; may be empty.
        planned: the day it was announced for before the secretary moved it; None = the secretary has not.
    """

    meeting: Meeting
    begins: datetime
    place: str
    version: int
    cancelled: bool
    moved_from: date | None
    source: DaySource
    rule: str
    note: str = ""
    planned: date | None = None


def appointments(  # noqa: PLR0917 - a calendar needs them all
    activity: Activity,
    branch: Branch,
    changes: Mapping[date, Change],
    first: date,
    last: date,
    days: Days,
    zone: tzinfo,
) -> tuple[Appointment, ...]:
    """The appointments of one branch that begin from `first` to `last`, both included, in order; cancelled ones on the
    day on which they would have been.

    Args:
        changes: of this activity and branch, by rule date.

    Raises:
        BadRule: the branch's own rule cannot be read; an import would have refused it.
    """
    rule = rule_of(activity, branch)
    found = {one.rule_date: one for one in _occurrences(rule, first, last, days, activity.shift)}
    for change in changes.values():
        if change.to is not None and first <= change.to <= last and change.rule_date not in found:
            moved_here = occurrence_of(rule, change.rule_date, days, activity.shift)
            found |= {one.rule_date: one for one in (moved_here,) if one is not None}
    made = [_appointment(activity, branch, one, changes.get(one.rule_date), zone) for one in found.values()]
    return tuple(sorted((one for one in made if first <= one.begins.date() <= last), key=_order))


def around(rule_date: date, change: Change | None, *others: date) -> tuple[date, date]:
    """First and last of the days on which the occurrence of that rule's date can be found, wherever days off or a
    change have moved it.
    """
    days = (rule_date, (change and change.to) or rule_date, *others)
    return min(days) - AROUND, max(days) + AROUND


@dataclass(frozen=True)
class Agenda:
    """What takes place in some branches.

    Attributes:
        changes: activity id -> branch id and rule date -> change; as `Roster.changes` gives them.
    """

    activities: Activities
    branches: Sequence[Branch]
    changes: Mapping[str, Mapping[tuple[str, date], Change]]
    days: Days
    zone: tzinfo

    def between(self, first: date, last: date) -> Iterator[Appointment]:
        """The appointments that begin from `first` to `last`, both included, activity by activity. Raises BadRule."""
        for activity in self.activities.all:
            by_branch: dict[str, dict[date, Change]] = {}
            for (branch_id, rule_date), change in self.changes.get(activity.id, {}).items():
                by_branch.setdefault(branch_id, {})[rule_date] = change
            for branch in self.branches:
                changes = by_branch.get(branch.id, {})
                yield from appointments(activity, branch, changes, first, last, self.days, self.zone)


def upcoming(
    between: Callable[[date, date], Iterable[Appointment]], now: datetime, count: int
) -> tuple[Appointment, ...]:
    """The first `count` appointments that have not begun, in order; fewer when the coming years have no more.

    Args:
        between: the appointments from one day to another, both included, in any order.
        now: aware; its zone decides what day it is.
    """
    found: list[Appointment] = []
    begin, span = now.date(), WINDOW
    while len(found) < count and begin < now.date() + HORIZON:
        end = begin + span
        found += sorted((one for one in between(begin, end) if one.begins > now), key=_order)
        begin, span = end + timedelta(days=1), 2 * span
    return tuple(found[:count])


def rule_of(activity: Activity, branch: Branch) -> Rule:
    """The branch's own rule where the activity lets it have one, else the activity's. Raises BadRule."""
    return parse_rule(branch.party_day) if activity.branch_rule and branch.party_day else activity.rule


def time_of(activity: Activity, branch: Branch) -> time:
    """The branch's own time where the activity lets it have one, else the activity's."""
    return branch.party_time if activity.branch_rule and branch.party_time else activity.at


def _appointment(
    activity: Activity, branch: Branch, one: Occurrence, change: Change | None, zone: tzinfo
) -> Appointment:
    change = change or Change(one.rule_date, version=0)
    on = change.to or one.on
    return Appointment(
        meeting=Meeting(activity.id, branch.id, one.rule_date),
        begins=datetime.combine(on, change.at or time_of(activity, branch), zone),
        place=branch.place if activity.branch_rule else "",  # elsewhere a branch's own room would mislead
        version=change.version,
        cancelled=change.cancelled,
        moved_from=one.rule_date if on != one.rule_date else None,
        source=DaySource.DECIDED if change.to else one.source,
        rule=rule_of(activity, branch).text,
        note=change.note,
        planned=one.on if change.to else None,
    )


def _order(one: Appointment) -> tuple[datetime, str, str, date]:
    return one.begins, one.meeting.branch_id, one.meeting.activity_id, one.meeting.rule_date
