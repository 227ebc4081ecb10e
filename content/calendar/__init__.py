"""From a rule as editors say it to dated occurrences, holidays given as an argument. Pure: reads neither clock nor
file.
"""

from content.calendar.days import Day, Days, DaySource, known, plain_week
from content.calendar.occurrences import How, Occurrence, Shift, following, occurrences
from content.calendar.rules import Rule, Week

__all__ = [
    "Day",
    "DaySource",
    "Days",
    "How",
    "Occurrence",
    "Rule",
    "Shift",
    "Week",
    "following",
    "known",
    "occurrences",
    "plain_week",
]
