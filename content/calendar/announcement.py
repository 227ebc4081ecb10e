"""Read the State Council's yearly announcement of days off, as published, and compare it with what is known. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from content.calendar.days import Day, Days, DaySource, day_of
from content.text import fold_width

HOLIDAYS: Final = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
LONGEST: Final = 15  # days off in a row; there have never been more than ten
_DAY: Final = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?"
_SPAN: Final = re.compile(rf"{_DAY}(?:(?:至|到|-|—|~){_DAY})?")
_COUNT: Final = re.compile(r"(?:共|放假)(\d{1,2})天")
_WEEKDAY: Final = re.compile("(?:周|星期)([一二三四五六日天])")
_YEAR: Final = re.compile(r"(\d{4})年部?分?节假日")
_NAME: Final = f"(?:{'|'.join(HOLIDAYS)})节?"
_HEADING: Final = re.compile(rf"({_NAME}(?:[、和]{_NAME})*):")
_PIECES: Final = re.compile("[。;,]")
_WEEK: Final = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}


class BadAnnouncement(Exception):
    """A text that cannot be taken for the announcement.

    Attributes:
        kind: what is wrong; its sentence stands in `console.yaml` under ``problem_<kind>``.
        about: what fills the sentence.
    """

    def __init__(self, kind: str, **about: object) -> None:
        self.kind = kind
        self.about = about
        super().__init__(f"{kind}: {about}")


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the announcement for a year says; everything else in that year is an ordinary week.

    Attributes:
        off: days off; may begin in the December before.
        worked: Saturdays and Sundays that are worked.
    """

    year: int
    off: frozenset[date]
    worked: frozenset[date]

    def day(self, when: date) -> Day | None:
        """What it says of a day; None = the day is none of its business."""
        named = when in self.off or when in self.worked
        if when.year != self.year and not named:
            return None
        return day_of(when, when in self.worked or (when.weekday() < 5 and when not in self.off), DaySource.UPLOADED)


@dataclass(frozen=True, slots=True)
class Difference:
    """A day that turns out otherwise than was thought."""

    before: Day
    after: Day


def read(text: str) -> Announcement:
    """Read the announcement from its full text, heading included. Raises BadAnnouncement; a text that contradicts
    itself (a wrong weekday, a wrong count of days) is refused whole.
    """
    plain = re.sub(r"\s", "", fold_width(text))
    year = _year(plain)
    _, *sections = _HEADING.split(plain)
    off: set[date] = set()
    worked: set[date] = set()
    told = ""
    for heading, body in zip(sections[::2], sections[1::2], strict=True):
        free, made_up = _section(body, year)
        off |= free
        worked |= made_up
        told += heading if free else ""
    if missing := [name for name in HOLIDAYS if name not in told]:
        raise BadAnnouncement("announcement_incomplete", missing="、".join(missing))
    if both := off & worked:
        raise BadAnnouncement("announcement_dates", text=_said(min(both)))
    return Announcement(year, frozenset(off), frozenset(worked))


def differences(announcement: Announcement, days: Days) -> tuple[Difference, ...]:
    """The days on which work or rest turn out otherwise than `days` knew, in order."""
    year = [date(announcement.year, 1, 1) + timedelta(days=number) for number in range(366)]
    concerned = {day for day in year if day.year == announcement.year} | announcement.off | announcement.worked
    found = [Difference(days(day), after) for day in sorted(concerned) if (after := announcement.day(day))]
    return tuple(one for one in found if one.before.working != one.after.working)


def _year(plain: str) -> int:
    match = _YEAR.search(plain)
    if match is None:
        raise BadAnnouncement("announcement_year")
    return int(match[1])


def _section(body: str, year: int) -> tuple[set[date], set[date]]:
    """The days off and the weekend days worked that the part about one holiday names."""
    off: set[date] = set()
    worked: set[date] = set()
    span: list[date] = []
    for piece in _PIECES.split(body):
        if "上班" in piece:
            worked.update(map(_weekend, _days(piece, year)))
        elif "放假" in piece:
            span = list(_days(piece, year))
            off.update(span)
        _check_count(piece, span)
    return off, worked


def _days(piece: str, year: int) -> Iterator[date]:
    """The days named in a piece of a sentence."""
    for match in _SPAN.finditer(piece):
        begin = _date(match.groups()[:4], year, 0)
        end = _date(match.groups()[4:], begin.year, begin.month) if match[7] else begin
        if not 0 <= (end - begin).days < LONGEST:
            raise BadAnnouncement("announcement_dates", text=match[0])
        yield from (begin + timedelta(days=number) for number in range((end - begin).days + 1))


def _date(written: tuple[str | None, ...], year: int, month: int) -> date:
    """A date; what it leaves out is as in the one before it."""
    own_year, own_month, day, remark = written
    text = "".join(filter(None, (own_month and f"{own_month}月", day, "日")))
    try:
        found = date(int(own_year or year), int(own_month or month), int(day or 0))
    except ValueError as error:
        raise BadAnnouncement("announcement_dates", text=text) from error
    weekday = _WEEKDAY.search(remark or "")
    if weekday and _WEEK[weekday[1]] != found.weekday():
        raise BadAnnouncement("announcement_weekday", text=text, weekday=weekday[0])
    return found


def _weekend(day: date) -> date:
    if day.weekday() < 5:
        raise BadAnnouncement("announcement_worked_weekday", text=_said(day))
    return day


def _check_count(piece: str, span: list[date]) -> None:
    match = _COUNT.search(piece)
    if match and span and int(match[1]) != len(span):
        raise BadAnnouncement("announcement_count", text=_said(span[0]), count=match[1], found=len(span))


def _said(day: date) -> str:
    return f"{day.month}月{day.day}日"
