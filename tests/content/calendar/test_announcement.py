"""The yearly announcement on days off, read as it is published."""

from datetime import date, timedelta

import pytest

from content.calendar import Day, DaySource, plain_week
from content.calendar.announcement import Announcement, BadAnnouncement, differences, read
from tests.content.calendar.official import MADE_UP_2027, OFF, TEXTS, WORKED


@pytest.mark.parametrize("year", TEXTS)
def test_the_published_text_is_read_as_published(year: int) -> None:
    assert read(TEXTS[year]) == Announcement(year, OFF[year], WORKED[year])


def test_days_off_may_begin_in_the_december_before() -> None:
    text = TEXTS[2026].replace(
        "1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班",
        "2025年12月31日至2026年1月2日放假调休，共3天。2025年12月28日上班",
    )

    announcement = read(text)

    assert {date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2)} <= announcement.off
    assert date(2025, 12, 28) in announcement.worked
    assert announcement.day(date(2025, 12, 31)) == Day(date(2025, 12, 31), False, False, DaySource.UPLOADED)
    assert announcement.day(date(2025, 12, 30)) is None


def test_spaces_line_breaks_and_width_do_not_matter() -> None:
    text = TEXTS[2026].replace("：", ":\n").replace("（", " ( ").replace("1", "１")

    assert read(text) == read(TEXTS[2026])


@pytest.mark.parametrize(
    ("was", "becomes", "kind"),
    [
        ("关于2026年部分节假日", "关于放假", "announcement_year"),
        ("三、清明节：4月4日（周六）至6日（周一）放假，共3天。", "", "announcement_incomplete"),
        ("2月15日（农历腊月二十八、周日）", "2月15日（周一）", "announcement_weekday"),
        ("共9天", "共8天", "announcement_count"),
        ("5月9日（周六）", "5月8日", "announcement_worked_weekday"),
        ("6月19日（周五）至21日", "6月19日至31日", "announcement_dates"),
        ("6月19日（周五）至21日（周日）", "6月19日至10日", "announcement_dates"),
        ("10月1日（周四）至7日（周三）", "10月1日至12月7日", "announcement_dates"),
        ("5月9日（周六）", "5月3日", "announcement_dates"),
        ("关于2026年", "关于2027年", "announcement_weekday"),
    ],
)
def test_a_text_that_contradicts_itself_or_lacks_something_is_refused(was: str, becomes: str, kind: str) -> None:
    assert was in TEXTS[2026]

    with pytest.raises(BadAnnouncement) as caught:
        read(TEXTS[2026].replace(was, becomes))

    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "text", ["", "今天放假", "2026年部分节假日：元旦、春节、清明节、劳动节、端午节、中秋节、国庆节：放假"]
)
def test_other_texts_are_no_notice(text: str) -> None:
    with pytest.raises(BadAnnouncement):
        read(text)


def test_a_notice_knows_every_day_of_its_year_and_no_other() -> None:
    announcement = read(MADE_UP_2027)

    for number in range(365):
        day = announcement.day(date(2027, 1, 1) + timedelta(days=number))
        assert day
        assert day.source is DaySource.UPLOADED
    assert announcement.day(date(2026, 12, 31)) is None
    assert announcement.day(date(2028, 1, 1)) is None


def test_differences_are_the_days_on_which_work_and_rest_change() -> None:
    found = differences(read(TEXTS[2025]), plain_week)

    weekdays_off = {day for day in OFF[2025] if day.weekday() < 5}
    assert {one.after.date for one in found} == weekdays_off | WORKED[2025]
    assert [one.after.date for one in found] == sorted(one.after.date for one in found)
    assert all(one.before == plain_week(one.after.date) for one in found)


def test_a_notice_that_is_known_changes_nothing() -> None:
    announcement = read(TEXTS[2026])

    assert differences(announcement, lambda when: announcement.day(when) or plain_week(when)) == ()
