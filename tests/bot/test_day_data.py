"""What is known of a day, and how surely: four layers of data."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import day_data
from bot.announcements import Announcements
from bot.known_days import KnownDays
from bot.store import Store, StoreUnavailable
from content.calendar import DaySource
from content.calendar.announcement import Announcement, read
from tests.content.calendar.official import MADE_UP_2027, OFF, TEXTS, WORKED
from tests.fakes import Clock

ANNOUNCED_2027 = read(MADE_UP_2027)


def every_day(year: int) -> list[date]:
    return [day for number in range(366) if (day := date(year, 1, 1) + timedelta(days=number)).year == year]


@pytest.mark.parametrize("year", OFF)
def test_every_day_is_worked_or_not_as_the_notices_said(year: int) -> None:
    days = day_data.days()

    for when in every_day(year):
        expected = when in WORKED[year] or (when.weekday() < 5 and when not in OFF[year])
        assert days(when).working is expected, when
        assert days(when).makeup is (when in WORKED[year]), when


@pytest.mark.parametrize("year", OFF)
def test_days_of_a_year_with_a_notice_are_official(year: int) -> None:
    days = day_data.days()

    assert {days(when).source for when in every_day(year) if when <= date(2026, 12, 28)} == {DaySource.OFFICIAL}


def test_a_year_whose_notice_is_not_out_is_provisional_with_its_statutory_days() -> None:
    days = day_data.days()

    assert {days(when).source for when in every_day(2027)} == {DaySource.PROVISIONAL}
    assert not days(date(2027, 1, 1)).working
    assert not days(date(2027, 2, 8)).working
    assert not any(days(when).makeup for when in every_day(2027))


def test_the_end_of_december_is_not_settled_before_the_next_notice() -> None:
    """Days off around New Year have begun on 29 December, and 29 December has been worked for them."""
    assert day_data.days()(date(2026, 12, 28)).source is DaySource.OFFICIAL
    assert day_data.days()(date(2026, 12, 29)).source is DaySource.PROVISIONAL
    assert day_data.days([ANNOUNCED_2027])(date(2026, 12, 29)).source is DaySource.OFFICIAL


def test_a_year_for_which_nobody_has_data_falls_back_to_the_week() -> None:
    day = day_data.days()(date(2150, 10, 1))

    assert (day.working, day.source) == (True, DaySource.WEEKDAY)


@given(st.dates())
def test_no_date_raises(when: date) -> None:
    assert day_data.days()(when).date == when


def test_an_entered_notice_beats_the_library() -> None:
    changed = Announcement(2026, OFF[2026] | {date(2026, 3, 2)}, WORKED[2026])

    day = day_data.days([changed])(date(2026, 3, 2))

    assert (day.working, day.source) == (False, DaySource.UPLOADED)
    assert day_data.days([changed])(date(2025, 3, 3)).source is DaySource.OFFICIAL


def test_an_entered_notice_makes_a_provisional_year_known() -> None:
    days = day_data.days([ANNOUNCED_2027])

    assert {days(when).source for when in every_day(2027) if when <= date(2027, 12, 28)} == {DaySource.UPLOADED}
    assert days(date(2027, 10, 9)).makeup
    assert days(date(2027, 12, 29)).source is DaySource.PROVISIONAL


def test_how_far_the_data_reaches() -> None:
    assert day_data.known_until() == date(2026, 12, 28)
    assert day_data.known_until([ANNOUNCED_2027]) == date(2027, 12, 28)
    assert day_data.known_until([Announcement(2029, frozenset(), frozenset())]) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 10, 31), None),
        (date(2026, 11, 1), 2027),
        (date(2027, 1, 1), 2027),
        (date(2027, 12, 1), 2027),
        (date(2025, 12, 31), None),
    ],
)
def test_the_next_year_is_missed_from_november_on(today: date, missing: int | None) -> None:
    assert day_data.missing_year(today) == missing


def test_an_entered_notice_is_no_longer_missed() -> None:
    assert day_data.missing_year(date(2026, 11, 1), [ANNOUNCED_2027]) is None
    assert day_data.missing_year(date(2027, 11, 1), [ANNOUNCED_2027]) == 2028


def test_notices_are_kept_by_year_and_replaced(store: Store) -> None:
    announcements = Announcements(store)
    assert announcements.all() == ()

    announcements.enter(ANNOUNCED_2027)
    announcements.enter(read(TEXTS[2026]))
    announcements.enter(Announcement(2027, frozenset(), frozenset()))
    announcements.enter(ANNOUNCED_2027)

    assert Announcements(store).all() == (read(TEXTS[2026]), ANNOUNCED_2027)


def test_a_store_that_is_down_is_not_taken_for_an_empty_one(no_store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        Announcements(no_store).all()


def test_the_same_notices_give_the_same_function_so_that_what_it_found_is_kept() -> None:
    assert day_data.days([ANNOUNCED_2027]) is day_data.days((ANNOUNCED_2027,))
    assert day_data.days() is not day_data.days([ANNOUNCED_2027])


def test_a_notice_entered_while_we_run_counts_within_a_minute(store: Store, clock: Clock) -> None:
    known = KnownDays(Announcements(store), clock)
    assert known()(date(2027, 2, 11)).working

    Announcements(store).enter(ANNOUNCED_2027)
    clock.pass_(minutes=2)

    assert not known()(date(2027, 2, 11)).working
