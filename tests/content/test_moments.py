"""The day and the time of day people write."""

from datetime import date, time

import pytest

from content.moments import Moment, read

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("19:30", time(19, 30)),
        ("七点半", time(7, 30)),
        ("三点一刻", time(3, 15)),
        ("3点一刻", time(3, 15)),
        ("3点1刻", time(3, 15)),
        ("十一点一刻", time(11, 15)),
        ("下午3点三刻", time(15, 45)),
        ("下午三点三刻钟", time(15, 45)),
        ("下午两点", time(14)),
        ("下午12点半", time(12, 30)),
        ("中午12点", time(12)),
        ("中午一点", time(13)),
        ("上午十二点", time(12)),
        ("凌晨12点", time(0)),
        ("凌晨十二点一刻", time(0, 15)),
        ("凌晨1点", time(1)),
        ("零点", time(0)),
        ("傍晚5点", time(17)),
        ("晚上7点20分", time(19, 20)),
        ("晚上十一点", time(23)),
        ("晚上19点", time(19)),
    ],
)
def test_a_time_of_day_is_read(text: str, at: time) -> None:
    assert read(text, SATURDAY) == Moment(at=at)
    assert read(f"改到12月8日{text}", SATURDAY) == Moment(date(2026, 12, 8), at)


@pytest.mark.parametrize(
    "text",
    ["晚上12点", "晚上十二点半", "夜里12点", "晚上零点", "夜里1点", "晚上两点", "今晚12点", "明晚1点", "晚上24点"],
)
def test_an_hour_of_the_night_may_be_of_this_day_or_the_next_and_is_not_guessed(text: str) -> None:
    assert read(text, SATURDAY) is None


@pytest.mark.parametrize(("text", "on"), [("今晚7点", SATURDAY), ("明晚七点", date(2026, 11, 22))])
def test_this_evening_is_the_day_and_the_half_of_it(text: str, on: date) -> None:
    assert read(text, SATURDAY) == Moment(on, time(19))


@pytest.mark.parametrize("text", ["三点两刻", "25点", "7点61分", "差一刻三点", "规定是什么"])
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert read(text, SATURDAY) is None
