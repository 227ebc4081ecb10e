"""Occurrences: what holds for every rule, every way to shift and any days off; and the official years day by day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from content.calendar import (
    Day,
    Days,
    DaySource,
    How,
    Occurrence,
    Rule,
    Shift,
    following,
    occurrence_of,
    occurrences,
    parse_rule,
    plain_week,
)
from content.calendar.days import day_of
from content.calendar.occurrences import DEFAULT
from tests.content.calendar.official import OFF, WORKED

MONTHLY = (
    "每月5日",
    "每月31日",
    "每月最后一天",
    "每月第一个周五",
    "每月第五个周一",
    "每月第二个周六",
    "每月最后一个工作日",
)
RULES = (
    *MONTHLY,
    "每月第一个自然周的周五",
    "每月最后一个整周的周日",
    "每月第三个工作日",
    "每周三",
    "每周日",
    "农历每月十五",
    "农历每月三十",
    "单月5日",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=DAILY",
    "DTSTART:20250101 RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
)
BEGIN, END = date(2025, 6, 1), date(2026, 8, 31)  # a leap month and a New Year within
ANY_DAY = st.dates(BEGIN, END)
NO_DAYS: frozenset[date] = frozenset()


def days_of(off: frozenset[date], worked: frozenset[date], source: DaySource = DaySource.OFFICIAL) -> Days:
    """Day data with these weekdays off and these weekend days worked."""

    def day(when: date) -> Day:
        return day_of(when, when in worked if when.weekday() >= 5 else when not in off, source)

    return day


def run_of(first: date, length: int) -> frozenset[date]:
    return frozenset(first + timedelta(days=number) for number in range(length))


rules = st.sampled_from(RULES).map(parse_rule)
shifts = st.builds(Shift, st.sampled_from(How), st.booleans(), st.integers(0, 31))
breaks = st.lists(st.builds(run_of, ANY_DAY, st.integers(1, 16)), max_size=6)
some_days = st.builds(
    lambda off, worked: days_of(NO_DAYS.union(*off), worked), breaks, st.frozensets(ANY_DAY, max_size=12)
)


@given(rules, shifts, some_days)
def test_a_rule_date_gives_at_most_one_occurrence_and_a_day_holds_at_most_one(
    rule: Rule, shift: Shift, days: Days
) -> None:
    found = occurrences(rule, BEGIN, END, days, shift)

    assert len({one.rule_date for one in found}) == len(found)
    assert all(a.on < b.on for a, b in pairwise(found))
    assert {one.rule_date for one in found} <= set(rule.dates(BEGIN - timedelta(31), END + timedelta(31), days))


@given(rules, shifts, some_days)
def test_no_date_moves_farther_than_allowed_nor_out_of_its_month(rule: Rule, shift: Shift, days: Days) -> None:
    for one in occurrences(rule, BEGIN, END, days, shift):
        assert abs((one.on - one.rule_date).days) <= shift.max_days
        assert one.on.month == one.rule_date.month or not shift.stay_in_month
        assert one.moved_from == (None if one.on == one.rule_date else one.rule_date)


@given(rules, shifts, some_days, st.lists(ANY_DAY, min_size=1, max_size=6))
def test_splitting_a_range_changes_nothing(rule: Rule, shift: Shift, days: Days, cuts: list[date]) -> None:
    ends = [*sorted(set(cuts)), END]
    begins = [BEGIN, *(end + timedelta(days=1) for end in ends[:-1])]

    pieces = [occurrences(rule, begin, end, days, shift) for begin, end in zip(begins, ends, strict=True)]

    assert sum(pieces, ()) == occurrences(rule, BEGIN, END, days, shift)


@given(rules, shifts, some_days, ANY_DAY, st.integers(0, 12))
def test_the_next_few_are_the_first_of_all(rule: Rule, shift: Shift, days: Days, first: date, count: int) -> None:
    far = first + timedelta(days=14 * 366)

    assert following(rule, first, count, days, shift) == occurrences(rule, first, far, days, shift)[:count]


@given(rules, shifts, some_days)
def test_an_occurrence_can_be_found_by_its_rule_date(rule: Rule, shift: Shift, days: Days) -> None:
    for one in occurrences(rule, BEGIN, END, days, shift):
        assert occurrence_of(rule, one.rule_date, days, shift) == one


@given(rules, some_days, ANY_DAY)
def test_a_date_the_rule_does_not_give_has_no_occurrence(rule: Rule, days: Days, when: date) -> None:
    assume(when not in set(rule.dates(when, when, days)))

    assert occurrence_of(rule, when, days) is None


@given(rules, some_days)
def test_what_shall_stay_stays(rule: Rule, days: Days) -> None:
    found = occurrences(rule, BEGIN, END, days, Shift(How.NONE))

    assert [one.on for one in found] == list(rule.dates(BEGIN, END, days))
    assert all(one.moved_from is None for one in found)


@given(rules, shifts, some_days)
def test_a_day_that_is_worked_from_monday_to_friday_never_moves(rule: Rule, shift: Shift, days: Days) -> None:
    for one in occurrences(rule, BEGIN, END, days, shift):
        assert one.moved_from is None or not days(one.rule_date).ordinary


@given(st.sampled_from([How.NEXT_WEEKDAY, How.NEXT_WORKDAY, How.PREVIOUS_WORKDAY]), some_days, st.integers(1, 31))
def test_a_moved_date_is_the_nearest_that_suits_in_its_direction(how: How, days: Days, number: int) -> None:
    """Written out naively, with neither month nor number of days as bound."""
    step = timedelta(days=-1 if how is How.PREVIOUS_WORKDAY else 1)

    def suits(when: date) -> bool:
        return days(when).ordinary if how is How.NEXT_WEEKDAY else days(when).working

    for one in occurrences(parse_rule(f"每月{number}日"), BEGIN, END, days, Shift(how, False, 31)):
        expected = one.rule_date
        while not suits(expected):
            expected += step
        if abs((expected - one.rule_date).days) <= 31:
            assert one.on == expected


@given(some_days, st.integers(0, 31), st.integers(1, 31))
def test_what_finds_no_place_forward_goes_back_and_failing_that_stays(days: Days, most: int, number: int) -> None:
    for one in occurrences(parse_rule(f"每月{number}日"), BEGIN, END, days, Shift(How.NEXT_WEEKDAY, True, most)):
        steps = [0, *range(1, most + 1), *range(-1, -most - 1, -1)]
        near = [one.rule_date + timedelta(days=step) for step in steps]
        fitting = [day for day in near if day.month == one.rule_date.month and days(day).ordinary]
        assert one.on == (fitting[0] if fitting else one.rule_date)


@given(some_days)
def test_the_same_weekday_stays_the_same_weekday(days: Days) -> None:
    for one in occurrences(parse_rule("每月第一个周五"), BEGIN, END, days, Shift(How.SAME_WEEKDAY, False, 28)):
        assert one.on.weekday() == 4


@given(some_days)
def test_a_rule_that_means_saturday_is_not_moved_for_being_one(days: Days) -> None:
    """党代表工作日 is the first Saturday in some places: only a holiday moves it."""
    for one in occurrences(parse_rule("每月第一个周六"), BEGIN, END, days, Shift()):
        friday, monday = days(one.rule_date - timedelta(days=1)), days(one.rule_date + timedelta(days=2))
        sunday = days(one.rule_date + timedelta(days=1))
        if friday.working and (sunday.working or monday.working):
            assert one.on == one.rule_date


@given(st.sampled_from(MONTHLY), some_days)
def test_a_month_never_has_two(text: str, days: Days) -> None:
    months = [(one.on.year, one.on.month) for one in occurrences(parse_rule(text), BEGIN, END, days)]

    assert len(months) == len(set(months))


@given(some_days)
def test_no_month_is_left_out(days: Days) -> None:
    for text in ("每月31日", "每月最后一天", "每月第一个周五"):
        assert len(occurrences(parse_rule(text), BEGIN, END, days)) == 15


@given(rules, shifts, st.sampled_from(DaySource))
def test_a_date_is_as_sure_as_the_days_it_rests_on(rule: Rule, shift: Shift, source: DaySource) -> None:
    for one in occurrences(rule, BEGIN, END, days_of(NO_DAYS, NO_DAYS, source), shift):
        assert one.source is source


def test_a_move_over_a_doubtful_day_is_doubtful() -> None:
    def days(when: date) -> Day:
        source = DaySource.OFFICIAL if when.year < 2027 else DaySource.PROVISIONAL
        return day_of(when, when.weekday() < 5 and when != date(2026, 12, 31), source)

    (one,) = occurrences(parse_rule("每月31日"), date(2026, 12, 15), date(2027, 1, 5), days, Shift(stay_in_month=False))

    assert (one.on, one.source) == (date(2027, 1, 1), DaySource.PROVISIONAL)


def official(when: date) -> Day:
    """The years 2024 to 2026 as the announcements have them; a plain week elsewhere."""
    if when.year not in OFF:
        return plain_week(when)
    worked = when in WORKED[when.year] or (when.weekday() < 5 and when not in OFF[when.year])
    return day_of(when, worked, DaySource.OFFICIAL)


def year_of(text: str, year: int, shift: Shift = DEFAULT, days: Days = official) -> tuple[Occurrence, ...]:
    return occurrences(parse_rule(text), date(year, 1, 1), date(year, 12, 31), days, shift)


def written(found: tuple[Occurrence, ...]) -> str:
    return " ".join(f"{one.on:%m-%d}" for one in found)


class TestOfficialYears:
    def test_party_days_on_the_fifth(self) -> None:
        assert written(year_of("每月5日", 2024)) == (
            "01-05 02-05 03-05 04-08 05-06 06-05 07-05 08-05 09-05 10-08 11-05 12-05"
        )
        assert written(year_of("每月5日", 2025)) == (
            "01-06 02-05 03-05 04-07 05-06 06-05 07-07 08-05 09-05 10-09 11-05 12-05"
        )
        assert written(year_of("每月5日", 2026)) == (
            "01-05 02-05 03-05 04-07 05-06 06-05 07-06 08-05 09-07 10-08 11-05 12-07"
        )

    def test_liaison_days_on_the_first_friday(self) -> None:
        assert written(year_of("每月第一个周五", 2024)) == (
            "01-05 02-02 03-01 04-08 05-06 06-07 07-05 08-02 09-06 10-08 11-01 12-06"
        )
        assert written(year_of("每月第一个周五", 2026)) == (
            "01-05 02-06 03-06 04-03 05-06 06-05 07-03 08-07 09-04 10-08 11-06 12-04"
        )

    @pytest.mark.parametrize("year", OFF)
    @pytest.mark.parametrize(
        "text", ["每月5日", "每月15日", "每月最后一天", "每月第一个周五", "每月第二个周五", "每周三"]
    )
    def test_nobody_is_called_on_a_day_off_nor_on_a_weekend_worked_for_one(self, year: int, text: str) -> None:
        for one in year_of(text, year):
            assert official(one.on).ordinary, one

    def test_the_next_workday_may_be_a_sunday_worked_for_a_holiday(self) -> None:
        """2 January 2026 is off, Sunday the 4th is worked: a pitfall, so it must be asked for."""
        assert year_of("每月第一个周五", 2026, Shift(How.NEXT_WORKDAY))[0].on == date(2026, 1, 4)
        assert year_of("每月第一个周五", 2026, Shift(How.NEXT_WEEKDAY))[0].on == date(2026, 1, 5)

    def test_the_same_weekday_and_the_workday_before(self) -> None:
        assert year_of("每月第一个周五", 2026, Shift(How.SAME_WEEKDAY))[0].on == date(2026, 1, 9)
        october = year_of("每月5日", 2026, Shift(How.PREVIOUS_WORKDAY, stay_in_month=False))[9]
        assert (october.rule_date, october.on) == (date(2026, 10, 5), date(2026, 9, 30))

    def test_in_its_month_a_date_without_a_workday_before_it_goes_forward(self) -> None:
        october = year_of("每月5日", 2026, Shift(How.PREVIOUS_WORKDAY))[9]

        assert october.on == date(2026, 10, 8)

    def test_the_last_day_of_a_month_stays_in_it(self) -> None:
        assert written(year_of("每月最后一天", 2026)) == (
            "01-30 02-27 03-31 04-30 05-29 06-30 07-31 08-31 09-30 10-30 11-30 12-31"
        )

    def test_the_last_workday_may_be_a_weekend_day_that_is_worked(self) -> None:
        """28 February 2026 is a Saturday that offices work."""
        february = year_of("每月最后一个工作日", 2026)[1]

        assert (february.on, february.moved_from) == (date(2026, 2, 28), None)

    def test_every_wednesday_outside_the_holidays(self) -> None:
        february = [one for one in year_of("每周三", 2026) if one.on.month == 2]

        assert [f"{one.on:%m-%d}" for one in february] == ["02-04", "02-11", "02-24", "02-25"]
        assert february[2].moved_from == date(2026, 2, 18)

    def test_the_first_calendar_weeks_friday_may_lie_in_the_month_before(self) -> None:
        found = year_of("每月第一个自然周的周五", 2026)

        assert [str(one.rule_date) for one in found if one.rule_date.day > 20] == [
            "2026-01-30",
            "2026-02-27",
            "2026-07-31",
            "2026-10-30",
        ]
