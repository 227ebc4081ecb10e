"""Appointments and occurrences as lines for editors and operators, and as data for programs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.terminal import say
from content.activities import Activities, Words
from content.calendar import BadRule, DaySource, Occurrence
from scheduler.agenda import Appointment


def line(one: Appointment, activities: Activities, branches: Mapping[str, str]) -> str:
    """One appointment on a line, for a secretary.

    Args:
        branches: id -> name.
    """
    words, activity = activities.words, activities.get(one.meeting.activity_id)
    parts = [
        moment(one.begins, words),
        activity.name if activity else one.meeting.activity_id,
        branches.get(one.meeting.branch_id, one.meeting.branch_id),
        one.place,
        say("remind_rule", rule=one.rule),
        say("agenda_moved", was=dated(one.moved_from, words)) if one.moved_from else "",
        say("agenda_cancelled") if one.cancelled else "",
        _doubt(one.source),
        one.note,
    ]
    return "　".join(filter(None, parts))


def data(one: Appointment) -> dict[str, Any]:
    """The same for programs; days as 2026-12-07, times as 15:00."""
    return {
        "activity": one.meeting.activity_id,
        "branch_id": one.meeting.branch_id,
        "date": f"{one.begins:%Y-%m-%d}",
        "time": f"{one.begins:%H:%M}",
        "begins": one.begins.isoformat(),
        "rule": one.rule,
        "rule_date": one.meeting.rule_date.isoformat(),
        "moved_from": one.moved_from.isoformat() if one.moved_from else None,
        "day_source": one.source.value,
        "place": one.place,
        "cancelled": one.cancelled,
        "version": one.version,
        "note": one.note,
    }


def bad_rule(error: BadRule) -> str:
    """What is wrong with a rule and what to write instead."""
    return say(f"problem_{error.kind}", **dict(error.about))


def occurrence(one: Occurrence, words: Words) -> str:
    """One time a rule comes true."""
    parts = [
        dated(one.on, words),
        say("agenda_moved", was=dated(one.moved_from, words)) if one.moved_from else "",
        _doubt(one.source),
    ]
    return "　".join(filter(None, parts))


def occurrence_data(one: Occurrence) -> dict[str, Any]:
    """The same for programs."""
    return {
        "date": one.on.isoformat(),
        "moved_from": one.moved_from.isoformat() if one.moved_from else None,
        "day_source": one.source.value,
    }


def dated(day: date, words: Words) -> str:
    """A day with its year and its day of the week."""
    return say("agenda_day", year=day.year, date=words.date(day), weekday=words.weekdays[day.weekday()])


def moment(at: datetime, words: Words) -> str:
    """A moment with its day, by the clock of its own zone."""
    return f"{dated(at.date(), words)} {at:%H:%M}"


def _doubt(source: DaySource) -> str:
    """Why a day may still change, or must not be looked for in the rule; empty when it is as announced."""
    return "" if source in (DaySource.UPLOADED, DaySource.OFFICIAL) else say(f"day_source_{source}")
