"""The ways in which a rule can be understood, each with its dates, so that an editor can choose. Pure."""

from dataclasses import dataclass
from datetime import date

from content.calendar.days import Days
from content.calendar.grammar import parse_rule, spelt_out
from content.calendar.occurrences import DEFAULT, Occurrence, Shift, following
from content.calendar.rules import Rule, Week


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a rule.

    Attributes:
        week: which week it takes for a month's first; None = the rule leaves no doubt.
        rule: written so that it leaves no doubt.
        next: its next occurrences.
    """

    week: Week | None
    rule: Rule
    next: tuple[Occurrence, ...]


def readings(
    rule: Rule, first: date, count: int, days: Days, shift: Shift = DEFAULT, week: Week = Week.NTH_WEEKDAY
) -> tuple[Reading, ...]:
    """Every way to understand a rule, each with its next `count` occurrences from `first` on; the one that holds
    (`week`) first. A rule that leaves no doubt has one.
    """
    if len({parse_rule(rule.text, way).pattern for way in Week}) == 1:
        return (Reading(None, rule, following(rule, first, count, days, shift)),)
    ordered = sorted(Week, key=lambda way: way is not week)
    sure = {way: parse_rule(spelt_out(rule.text, way)) for way in ordered}
    return tuple(Reading(way, plain, following(plain, first, count, days, shift)) for way, plain in sure.items())
