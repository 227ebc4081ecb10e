"""Appointments as an iCalendar file. The only importer of icalendar; decides nothing but the form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event

REFRESH: Final = timedelta(hours=6)  # how often a calendar program should ask again
_PRODUCT: Final = "-//zhibu//party days//ZH"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar.

    Attributes:
        uid: never changes, whatever happens to the meeting.
        since: a day that never changes either; stands in for the time of writing, so that the same calendar is the same
            bytes.
        begins: aware, in the calendar's time zone.
        sequence: grows with each change.
        sure: whether the day is settled.
    """

    uid: str
    since: date
    begins: datetime
    lasts: timedelta
    summary: str
    location: str
    description: str
    sequence: int
    cancelled: bool
    sure: bool


def render(name: str, entries: Iterable[Entry]) -> bytes:
    """A calendar of that name, in UTF-8; the same entries give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    for entry in entries:
        calendar.add_component(_event(entry))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", datetime.combine(entry.since, datetime.min.time(), UTC))
    event.add("dtstart", entry.begins)
    event.add("dtend", entry.begins + entry.lasts)
    event.add("summary", entry.summary)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED" if entry.sure else "TENTATIVE")
    for key, text in (("location", entry.location), ("description", entry.description)):
        if text:
            event.add(key, text)
    return event
