"""From a rule as editors say it to dated occurrences, holidays given as an argument. Pure: reads neither clock nor
file.
"""

from content.calendar.days import Day, Days, DaySource, known, plain_week
from content.calendar.grammar import BadRule, parse_rule
from content.calendar.occurrences import How, Occurrence, Shift, following, occurrence_of, occurrences
from content.calendar.readings import Reading, readings
from content.calendar.rules import Rule, Week

__all__ = [
    "BadRule",
    "Day",
    "DaySource",
    "Days",
    "How",
    "Occurrence",
    "Reading",
    "Rule",
    "Shift",
    "Week",
    "following",
    "known",
    "occurrence_of",
    "occurrences",
    "parse_rule",
    "plain_week",
    "readings",
]
