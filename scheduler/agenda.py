"""What stands in a branch's calendar: occurrences of an activity with the branch's own time, place and changes. No I/O
here.
"""

from dataclasses import dataclass
from datetime import date, datetime

from content.calendar.days import DaySource


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
