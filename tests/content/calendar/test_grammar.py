"""Rules as editors write them."""

import contextlib
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.calendar import BadRule, Rule, Week, parse_rule, plain_week, readings
from content.calendar.grammar import parse_lead
from content.calendar.rules import DayOfMonth, InMonth, Lunar, Monthly, NthWeekday, WeekdayOfWeek, Weekly, Workday
from content.wording import DATA, read

FRIDAY = 4
NUMERALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]


def written(number: int) -> str:
    """A day of the month in Chinese numerals."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return head + (NUMERALS[ones - 1] if ones else "")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("每月5日", DayOfMonth(5)),
        ("每月最后一天", DayOfMonth(-1)),
        ("每月倒数第二天", DayOfMonth(-2)),
        ("每月第一个周五", NthWeekday(1, FRIDAY)),
        ("每月最后一个星期五", NthWeekday(-1, FRIDAY)),
        ("每月第一周的周五", NthWeekday(1, FRIDAY)),
        ("每月第二周的周五", NthWeekday(2, FRIDAY)),
        ("每月第二周周五", NthWeekday(2, FRIDAY)),
        ("每月第一周五", NthWeekday(1, FRIDAY)),
        ("每月第一个自然周的周五", WeekdayOfWeek(1, FRIDAY, Week.CALENDAR_WEEK)),
        ("每月最后一个整周的周五", WeekdayOfWeek(-1, FRIDAY, Week.FULL_WEEK)),
        ("每月首个工作日", Workday(1)),
        ("每月最后一个工作日", Workday(-1)),
    ],
)
def test_a_monthly_rule_is_read(text: str, at: InMonth) -> None:
    assert parse_rule(text).pattern == Monthly(at)


@pytest.mark.parametrize(
    ("text", "months"),
    [("单月5日", {1, 3, 5, 7, 9, 11}), ("每季度第二个月5日", {2, 5, 8, 11}), ("每年3月、9月的5日", {3, 9})],
)
def test_a_rule_may_name_its_months(text: str, months: set[int]) -> None:
    assert parse_rule(text).pattern == Monthly(DayOfMonth(5), frozenset(months))


@pytest.mark.parametrize("text", ["每周三", "每星期三", "每个礼拜三", "每周周三", "每週三", "每 周 ３"])
def test_a_weekly_rule_is_read_in_any_words(text: str) -> None:
    assert parse_rule(text).pattern == Weekly(2)


@pytest.mark.parametrize(
    ("text", "day"), [("农历每月十五", 15), ("每月农历初一", 1), ("農曆廿三", 23), ("阴历每月最后一天", 30)]
)
def test_a_lunar_rule_is_read(text: str, day: int) -> None:
    assert parse_rule(text).pattern == Lunar(day)


@given(st.integers(1, 31), st.sampled_from("日号號"), st.sampled_from(["每月", "每个月", "每个月的", "每 月"]))
def test_a_day_may_be_written_with_any_numerals_and_words(day: int, unit: str, every: str) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(day))

    for numeral in (str(day), written(day), wide):
        assert parse_rule(f"{every}{numeral}{unit}").pattern == Monthly(DayOfMonth(day))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "rule_empty"),
        ("每月32日", "rule_day"),
        ("每月0日", "rule_day"),
        ("每月第六个周五", "rule_nth_week"),
        ("每月第二十四个工作日", "rule_nth_workday"),
        ("农历三十一", "rule_lunar_day"),
        ("每年13月5日", "rule_month"),
        ("每季度第四个月5日", "rule_month_of_quarter"),
        ("周五", "rule_bare_weekday"),
        ("隔周周三", "rule_every_other_week"),
        ("每两周的周三", "rule_every_other_week"),
        ("每月逢5日", "rule_unknown"),  # at markets that means the 5th, 15th and 25th
        ("每月初五", "rule_unknown"),  # lunar or not?
        ("每月5日和20日", "rule_unknown"),
        ("有空的时候", "rule_unknown"),
        ("FREQ=HOURLY", "rrule_part"),
        ("RRULE:FREQ=MONTHLY;BYDAY=1FR EXDATE:20260102", "rrule_part"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "rrule_start"),
    ],
)
def test_what_leaves_a_doubt_is_refused_by_name(text: str, kind: str) -> None:
    with pytest.raises(BadRule) as caught:
        parse_rule(text)

    assert caught.value.kind == kind
    assert read(DATA / "console.yaml")(f"problem_{kind}", **dict(caught.value.about))


@given(st.text(alphabet="每月周第一二三五十个最后天日工作农历初0123456789的星期 RULEFQ=;:", max_size=16))
def test_any_text_is_a_rule_or_a_bad_one(text: str) -> None:
    with contextlib.suppress(BadRule):
        assert parse_rule(text).text == text


def test_the_first_week_has_three_readings_each_written_without_doubt() -> None:
    found = readings(parse_rule("每月第一周的周五"), date(2026, 2, 1), 2, plain_week)

    assert [(reading.week, reading.rule.text, [str(one.on) for one in reading.next]) for reading in found] == [
        (Week.NTH_WEEKDAY, "每月第一个周五", ["2026-02-06", "2026-03-06"]),
        (Week.CALENDAR_WEEK, "每月第一个自然周的周五", ["2026-02-27", "2026-04-03"]),
        (Week.FULL_WEEK, "每月第一个整周的周五", ["2026-02-06", "2026-03-06"]),
    ]


def test_the_reading_that_holds_comes_first() -> None:
    found = readings(parse_rule("每月第一周的周五"), date(2026, 2, 1), 1, plain_week, week=Week.FULL_WEEK)

    assert found[0].week is Week.FULL_WEEK


@pytest.mark.parametrize(
    "text", ["每月第一个周五", "每月第一个自然周的周五", "每月5日", "RRULE:FREQ=MONTHLY;BYDAY=1FR"]
)
def test_a_rule_without_doubt_has_one_reading(text: str) -> None:
    rule: Rule = parse_rule(text)

    (only,) = readings(rule, date(2026, 2, 1), 3, plain_week)

    assert (only.week, only.rule, len(only.next)) == (None, rule, 3)


@given(st.sampled_from(["第一周", "第二周", "最后一周", "第一", "最后"]), st.sampled_from("一二三四五六日"))
def test_what_a_reading_is_written_as_leaves_no_doubt(week: str, weekday: str) -> None:
    for reading in readings(parse_rule(f"每月{week}的周{weekday}"), date(2026, 1, 1), 1, plain_week):
        assert {parse_rule(reading.rule.text, way) for way in Week} == {reading.rule}


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("3天前 09:00", (3, time(9))),
        ("提前三天 9:00", (3, time(9))),
        ("前一天 19:30", (1, time(19, 30))),
        ("当天 08:00", (0, time(8))),
        ("７天前　０９：００", (7, time(9))),
    ],
)
def test_a_lead_is_read(text: str, lead: tuple[int, time]) -> None:
    assert parse_lead(text) == lead


@pytest.mark.parametrize("text", ["", "3天前", "明天 09:00", "3天前 25:00", "09:00"])
def test_a_lead_without_day_or_time_is_refused(text: str) -> None:
    with pytest.raises(BadRule, match="lead_unknown"):
        parse_lead(text)
