"""What the calendar commands print: readings of a rule, what an announcement changes, the activities with samples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from bot import agenda_report
from bot.agenda_report import dated
from bot.terminal import say
from content.activities import Activities, Activity, Lead, Words
from content.calendar import BadRule, Days, Reading, parse_rule, readings
from content.calendar.announcement import Announcement, Difference
from scheduler.agenda import Appointment
from scheduler.roster import Branch
from scheduler.telling import told

LINES: Final = 20  # of one kind
INDENT: Final = "    "


def reading_lines(rule: str, found: Sequence[Reading], words: Words) -> Iterator[str]:
    """The readings of a rule in words, numbered when there are several."""
    if len(found) > 1:
        yield say("calendar_readings", rule=rule, count=len(found))
    for number, reading in enumerate(found, 1):
        if len(found) > 1:
            yield say("calendar_reading", number=number, rule=reading.rule.text)
        for one in reading.next:
            yield INDENT + (agenda_report.occurrence(one, words))
        if not reading.next:
            yield INDENT + say("calendar_never")
    if len(found) > 1:
        yield say("calendar_choose")


def reading_data(reading: Reading) -> dict[str, Any]:
    """A reading for programs."""
    dates = [agenda_report.occurrence_data(one) for one in reading.next]
    return {"rule": reading.rule.text, "week": reading.week.value if reading.week else None, "dates": dates}


def announcement_lines(
    read: Announcement, changed: Sequence[Difference], moved: Sequence[str], words: Words
) -> Iterator[str]:
    """What an announcement says and changes, in words.

    Args:
        moved: lines about appointments it moves.
    """
    free = sum(day.weekday() < 5 for day in read.off)
    yield say("announcement_says", year=read.year, off=len(read.off), free=free, worked=len(read.worked))
    if not changed:
        yield say("announcement_same")
    for one in changed:
        key = "announcement_now_worked" if one.after.working else "announcement_now_off"
        yield INDENT + say(key, date=dated(one.after.date, words))
    yield from _some([say("announcement_moves", count=len(moved))] if moved else [], moved)


def announcement_data(
    read: Announcement, changed: Sequence[Difference], moved: Sequence[tuple[Appointment, Appointment]]
) -> dict[str, Any]:
    """The same for programs."""
    return {
        "year": read.year,
        "off": sorted(day.isoformat() for day in read.off),
        "worked": sorted(day.isoformat() for day in read.worked),
        "changed": [{"date": one.after.date.isoformat(), "working": one.after.working} for one in changed],
        "moved": [agenda_report.data(after) | {"before": f"{before.begins:%Y-%m-%d}"} for before, after in moved],
    }


def moved_line(before: Appointment, after: Appointment, activities: Activities, names: Mapping[str, str]) -> str:
    """An appointment that an announcement moves to another day."""
    return INDENT + say(
        "announcement_moved",
        before=dated(before.begins.date(), activities.words),
        after=agenda_report.line(after, activities, names),
    )


def activity_lines(activity: Activity, activities: Activities, coming: Sequence[Appointment]) -> Iterator[str]:
    """An activity as members will meet it: rule, leads, the next dates, and what the first of them is told."""
    words = activities.words
    leads = say("check_and").join(map(_lead, activity.leads))
    yield say("check_activity", name=activity.name, rule=activity.rule_text, at=f"{activity.at:%H:%M}", leads=leads)
    for one in coming:
        yield INDENT + (agenda_report.line(one, activities, {}))
    if coming and activity.leads:
        on = coming[0].begins.date() - timedelta(days=activity.leads[0].days)
        yield from _sample(activity, words, coming[0], on)


def rule_findings(branches: Sequence[Branch], today: date, days: Days) -> Iterator[str]:
    """Branches whose rule cannot be read, or can be read in several ways, a line each."""
    for branch in branches:
        try:
            found = readings(parse_rule(branch.party_day), today, 0, days) if branch.party_day else ()
        except BadRule as error:
            yield say("check_bad_rule", id=branch.id, what=agenda_report.bad_rule(error))
            continue
        if len(found) > 1:
            yield say("check_readings", id=branch.id, rule=branch.party_day, taken=found[0].rule.text, count=len(found))


def _lead(lead: Lead) -> str:
    return say("check_lead" if lead.days else "check_lead_same_day", days=lead.days, at=f"{lead.at:%H:%M}")


def _sample(activity: Activity, words: Words, one: Appointment, on: date) -> Iterator[str]:
    branch = Branch("", say("check_branch"), place=say("check_place"))
    placed = replace(one, place=branch.place if activity.branch_rule else one.place)
    sample = told("reminder", activity, placed, branch, words, on)
    yield say("check_text")
    yield from (INDENT + line for line in sample.text.splitlines())
    yield say("check_fields")
    yield from (INDENT + say("check_field", name=name, text=text) for name, text in sample.fields.items())


def _some(heading: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    yield from heading
    yield from lines[:LINES]
    if len(lines) > LINES:
        yield say("roster_and_more", count=len(lines) - LINES)
