"""Rules written as iCalendar recurrences (RFC 5545). The only importer of dateutil."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from dateutil.rrule import rrulestr

_PARTS: Final = frozenset(
    {
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "WKST",
        "BYDAY",
        "BYMONTHDAY",
        "BYMONTH",
        "BYSETPOS",
        "BYWEEKNO",
        "BYYEARDAY",
    }
)
_DAY: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T\d{6}Z?)?")
_SETTLED_BY: Final = {  # what must be given for a rule to say on which day it falls
    "DAILY": ((),),
    "WEEKLY": (("BYDAY",),),
    "MONTHLY": (("BYDAY",), ("BYMONTHDAY",)),
    "YEARLY": (("BYMONTH", "BYDAY"), ("BYMONTH", "BYMONTHDAY"), ("BYYEARDAY",), ("BYWEEKNO", "BYDAY")),
}


class BadRecurrence(Exception):
    """The recurrence cannot be used.

    Attributes:
        kind: "rrule_part" (`what` is not allowed or malformed) or "rrule_start" (without DTSTART nobody knows which
            days are meant).
    """

    def __init__(self, kind: str, what: str = "") -> None:
        self.kind = kind
        self.what = what
        super().__init__(f"{kind}: {what}")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A checked recurrence.

    Attributes:
        parts: the rule's text without its name, in capitals.
        start: DTSTART; None = the rule alone says which days are meant.
    """

    parts: str
    start: date | None

    @property
    def names_weekday(self) -> bool:
        """Whether the rule names days of the week."""
        return "BYDAY=" in self.parts

    def between(self, first: date, last: date) -> Iterator[date]:
        """The dates from `first` to `last`, in order."""
        anchor = self.start or date(first.year - 1, 1, 1)  # a year ahead, so that no set of BYSETPOS is cut
        found = rrulestr(self.parts, dtstart=_midnight(anchor))
        for moment in found.xafter(_midnight(first), inc=True):
            if moment.date() > last:
                return
            yield moment.date()


def read(text: str) -> Recurrence:
    """Read ``FREQ=MONTHLY;BYDAY=1FR``, also with ``RRULE:`` before it and ``DTSTART:20260105`` on a line or behind a
    space before that. Times of day in DTSTART and UNTIL are dropped. Raises BadRecurrence.

    >>> read("RRULE:FREQ=MONTHLY;BYDAY=1FR").parts
    'FREQ=MONTHLY;BYDAY=1FR'
    """
    start: date | None = None
    parts = ""
    for line in text.upper().split():
        if line.startswith("DTSTART"):
            start = _day(line, line.replace("=", ":").rpartition(":")[2].rstrip(";"))
        elif parts:
            raise BadRecurrence("rrule_part", line)
        else:
            parts = line.removeprefix("RRULE:").strip(";")
    recurrence = Recurrence(_checked(parts, start), start)
    try:
        rrulestr(recurrence.parts, dtstart=_midnight(start or date(2000, 1, 1)))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadRecurrence("rrule_part", parts) from error
    return recurrence


def _checked(parts: str, start: date | None) -> str:
    given: dict[str, str] = {}
    for part in parts.split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS or not value or name in given:
            raise BadRecurrence("rrule_part", part)
        given[name] = f"{_day(part, value):%Y%m%d}" if name == "UNTIL" else value
    if given.get("FREQ") not in _SETTLED_BY:
        raise BadRecurrence("rrule_part", parts if "FREQ" not in given else f"FREQ={given['FREQ']}")
    settled = any(given.keys() >= set(needed) for needed in _SETTLED_BY[given["FREQ"]])
    if start is None and (not settled or "COUNT" in given or given.get("INTERVAL", "1") != "1"):
        raise BadRecurrence("rrule_start", parts)
    return ";".join(f"{name}={value}" for name, value in given.items())


def _day(part: str, value: str) -> date:
    match = _DAY.fullmatch(value)
    try:
        return date(*map(int, match.groups())) if match else date.fromisoformat(value)
    except ValueError as error:
        raise BadRecurrence("rrule_part", part) from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
