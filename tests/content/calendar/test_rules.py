"""Rules before any shift: which dates they give, checked against other ways to find them."""

import calendar
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lunar_python import Solar

from content.calendar import Days, parse_rule, plain_week
from content.calendar.days import DaySource, day_of
from content.calendar.recurrence import BadRecurrence, read
from content.calendar.rules import FIRST, LAST

WEEKDAYS = "一二三四五六日"
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NTH = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", 5: "第五个", -1: "最后一个"}


def dates(text: str, first: date, last: date, days: Days = plain_week) -> list[date]:
    return list(parse_rule(text).dates(first, last, days))


def year(text: str, number: int) -> list[date]:
    return dates(text, date(number, 1, 1), date(number, 12, 31))


def days_of(number: int) -> list[date]:
    return [day for step in range(366) if (day := date(number, 1, 1) + timedelta(days=step)).year == number]


years = st.integers(1901, 2198)


@given(years, st.integers(1, 31))
def test_a_day_of_the_month_comes_every_month_on_the_last_where_there_is_no_such_day(number: int, day: int) -> None:
    lengths = [calendar.monthrange(number, month)[1] for month in range(1, 13)]

    assert year(f"每月{day}日", number) == [
        date(number, month, min(day, length)) for month, length in enumerate(lengths, 1)
    ]


@given(years)
def test_the_last_day_of_a_month_is_the_day_before_the_next_month(number: int) -> None:
    assert all((day + timedelta(days=1)).day == 1 for day in year("每月最后一天", number))
    assert len(year("每月最后一天", number)) == 12


@given(years, st.sampled_from(sorted(NTH)), st.integers(0, 6))
def test_the_nth_weekday_is_the_one_of_the_recurrence(number: int, nth: int, weekday: int) -> None:
    """python-dateutil finds the same, and leaves out the same months."""
    own = year(f"每月{NTH[nth]}周{WEEKDAYS[weekday]}", number)

    assert own == year(f"FREQ=MONTHLY;BYDAY={nth}{CODES[weekday]}", number)
    assert {day.weekday() for day in own} <= {weekday}
    assert len(own) == 12 or nth == 5


@given(years)
def test_the_last_workday_of_a_plain_week_is_the_one_of_the_recurrence(number: int) -> None:
    assert year("每月最后一个工作日", number) == year("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", number)


@given(st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31))), st.integers(1, 23))
def test_the_nth_workday_has_so_many_before_it(other: frozenset[date], nth: int) -> None:
    """On days in `other`, weekdays are off and weekends worked."""

    def days(when: date) -> object:
        return day_of(when, (when.weekday() < 5) != (when in other), DaySource.OFFICIAL)

    for found in parse_rule(f"每月第{nth}个工作日").dates(date(2026, 1, 1), date(2026, 12, 31), days):  # type: ignore[arg-type]
        before = [found.replace(day=number) for number in range(1, found.day)]
        worked = [day for day in before if (day.weekday() < 5) != (day in other)]
        assert len(worked) == nth - 1
        assert (found.weekday() < 5) != (found in other)


@given(years, st.integers(0, 6))
def test_a_weekly_rule_comes_every_seven_days(number: int, weekday: int) -> None:
    found = year(f"每周{WEEKDAYS[weekday]}", number)

    assert found == [day for day in days_of(number) if day.weekday() == weekday]


class TestFirstWeeks:
    """The figures of 120 months: how often the conventions differ."""

    first = dates("每月第一个周五", date(2024, 1, 1), date(2033, 12, 31))

    def test_the_first_calendar_weeks_friday_lies_in_the_month_before_in_34_of_120_months(self) -> None:
        found = dates("每月第一个自然周的周五", date(2023, 12, 25), date(2033, 12, 25))

        differing = [(a, b) for a, b in zip(self.first, found, strict=True) if a != b]
        assert len(differing) == 34
        assert all(b.month != a.month and b < a for a, b in differing)

    def test_the_first_full_weeks_friday_is_another_in_67_of_120_months(self) -> None:
        found = dates("每月第一个整周的周五", date(2024, 1, 1), date(2033, 12, 31))

        assert sum(a != b for a, b in zip(self.first, found, strict=True)) == 67
        assert all(timedelta(0) <= b - a <= timedelta(days=7) for a, b in zip(self.first, found, strict=True))

    @given(years, st.integers(0, 6))
    def test_a_full_weeks_monday_lies_in_the_month(self, number: int, weekday: int) -> None:
        found = year(f"每月第一个整周的周{WEEKDAYS[weekday]}", number)

        assert all(1 <= (day - timedelta(days=weekday)).day <= 7 for day in found)

    @given(years, st.integers(0, 6))
    def test_a_calendar_week_holds_the_first_of_the_month(self, number: int, weekday: int) -> None:
        for day in year(f"每月第一个自然周的周{WEEKDAYS[weekday]}", number):
            monday = day - timedelta(days=weekday)
            assert any((monday + timedelta(days=step)).day == 1 for step in range(7))


def lunar_day(when: date) -> int:
    return int(Solar.fromYmd(when.year, when.month, when.day).getLunar().getDay())


class TestLunar:
    def test_the_fifteenth_of_2026(self) -> None:
        found = [f"{day:%m-%d}" for day in year("农历每月十五", 2026)]

        assert " ".join(found) == ("01-03 02-02 03-03 04-02 05-01 05-31 06-29 07-28 08-27 09-25 10-24 11-23 12-23")

    def test_a_leap_month_has_its_own_meeting(self) -> None:
        """The sixth month of 2025 came twice."""
        found = [str(day) for day in dates("农历每月十五", date(2025, 7, 1), date(2025, 9, 10))]

        assert found == ["2025-07-09", "2025-08-08", "2025-09-06"]

    @given(st.integers(1950, 2098), st.integers(1, 29))
    def test_it_is_the_day_the_calendar_shows_and_none_is_left_out(self, number: int, day: int) -> None:
        found = dates(f"农历每月{day}日", date(number, 1, 1), date(number + 1, 2, 1))

        assert {lunar_day(when) for when in found} == {day}
        assert {(b - a).days for a, b in pairwise(found)} <= {29, 30}
        assert found[0] < date(number, 1, 31)

    @given(st.integers(1950, 2099))
    def test_the_thirtieth_of_a_short_month_is_its_twenty_ninth(self, number: int) -> None:
        for when in year("农历每月三十", number):
            assert lunar_day(when + timedelta(days=1)) == 1


class TestRecurrences:
    @pytest.mark.parametrize(
        ("text", "same"),
        [
            ("RRULE:FREQ=MONTHLY;BYMONTHDAY=5", "每月5日"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "每月最后一天"),
            ("freq=weekly; byday=we", "每周三"),
            ("ＦＲＥＱ＝ＷＥＥＫＬＹ；ＢＹＤＡＹ＝ＷＥ", "每周三"),
            ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=1", "每月第一个周五"),
            ("FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=5", "每年3月、9月的5日"),
        ],
    )
    def test_a_recurrence_gives_what_the_rule_in_words_gives(self, text: str, same: str) -> None:
        assert year(text, 2026) == year(same, 2026)

    def test_every_other_week_counts_from_its_start_wherever_one_looks(self) -> None:
        text = "DTSTART:20260107 RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"

        assert dates(text, date(2026, 1, 1), date(2026, 2, 10)) == [
            date(2026, 1, 7),
            date(2026, 1, 21),
            date(2026, 2, 4),
        ]
        assert dates(text, date(2026, 1, 8), date(2026, 1, 27)) == [date(2026, 1, 21)]

    def test_a_recurrence_ends_where_it_says(self) -> None:
        assert year("FREQ=MONTHLY;BYMONTHDAY=5;UNTIL=20260310", 2026) == [date(2026, month, 5) for month in (1, 2, 3)]
        assert len(year("DTSTART:20260105 RRULE:FREQ=MONTHLY;BYMONTHDAY=5;COUNT=4", 2026)) == 4

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("FREQ=SECONDLY", "rrule_part"),
            ("FREQ=MONTHLY;BYDAY=XX", "rrule_part"),
            ("FREQ=MONTHLY;BYMONTHDAY=5;BYMONTHDAY=6", "rrule_part"),
            ("FREQ=MONTHLY;BYEASTER=1", "rrule_part"),
            ("FREQ=MONTHLY;BYMONTHDAY=5;UNTIL=20261340", "rrule_part"),
            ("BYDAY=FR", "rrule_part"),
            ("FREQ=MONTHLY;BYMONTHDAY=5 FREQ=MONTHLY;BYMONTHDAY=6", "rrule_part"),
            ("DTSTART:soon RRULE:FREQ=MONTHLY;BYMONTHDAY=5", "rrule_part"),
            ("FREQ=WEEKLY", "rrule_start"),
            ("FREQ=MONTHLY;BYMONTHDAY=5;COUNT=4", "rrule_start"),
        ],
    )
    def test_what_cannot_be_used_is_refused(self, text: str, kind: str) -> None:
        with pytest.raises(BadRecurrence) as caught:
            read(text)

        assert caught.value.kind == kind


@given(st.dates(), st.dates(), st.sampled_from(["每月5日", "每月第一个自然周的周五", "每周三"]))
def test_no_range_however_far_raises(first: date, last: date, text: str) -> None:
    last = min(last, date.fromordinal(min(first.toordinal() + 800, date.max.toordinal())))

    assert all(max(first, FIRST) <= day <= min(last, LAST) for day in dates(text, first, last))
