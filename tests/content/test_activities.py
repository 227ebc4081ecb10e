"""`activities.yaml`: what it says, and what it may not say."""

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.activities import Activities, Occasion, Quiet, filled, fillings, load, template_fields
from content.activities.texts import KINDS
from content.calendar import How
from content.files import ContentError
from content.template_fields import fault
from content.wording import DATA, read

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHIPPED = DATA / "activities.yaml"


ACTIVITIES = load(SHIPPED)


@pytest.fixture
def activities() -> Activities:
    return ACTIVITIES


def test_the_party_day_is_every_members_and_a_branch_may_have_its_own(activities: Activities) -> None:
    party_day = activities.get("party_day")

    assert party_day
    assert (party_day.rule_text, party_day.branch_rule) == ("每月5日", True)
    assert party_day.roles == {"member", "delegate", "secretary"}


def test_the_liaison_day_is_the_delegates_alone(activities: Activities) -> None:
    liaison_day = activities.get("liaison_day")

    assert liaison_day
    assert (liaison_day.rule_text, liaison_day.branch_rule) == ("每月第一个周五", False)
    assert liaison_day.roles == {"delegate"}


def test_members_are_told_three_days_before_and_in_the_morning(activities: Activities) -> None:
    begins = datetime(2026, 12, 7, 15, tzinfo=SHANGHAI)

    for activity in activities.all:
        assert [(lead.id, str(lead.before(begins))) for lead in activity.leads] == [
            ("3d", "2026-12-04 09:00:00+08:00"),
            ("0d", "2026-12-07 08:00:00+08:00"),
        ]


def test_nights_are_quiet(activities: Activities) -> None:
    assert activities.quiet == Quiet(time(21, 30), time(7, 30))


@given(st.times(), st.times(), st.times())
def test_every_moment_is_quiet_or_not_and_the_other_way_round_at_night(a: time, b: time, at: time) -> None:
    if a != b:
        assert Quiet(a, b).covers(at) != Quiet(b, a).covers(at)
        assert Quiet(a, b).covers(a)
        assert not Quiet(a, b).covers(b)


def test_texts_are_said_with_day_place_and_branch(activities: Activities) -> None:
    activity = activities.all[0]
    begins = datetime(2026, 12, 7, 15, tzinfo=SHANGHAI)
    occasion = Occasion(
        "reminder", activity.name, begins, date(2026, 12, 4), date(2026, 12, 5), True, "红旗支部", "二楼会议室"
    )

    text = filled("reminder", activity.texts, fillings(occasion, activities.words))

    for said in ("主题党日", "3天后", "12月7日（周一）15:00", "二楼会议室", "红旗支部"):
        assert said in text


def test_a_day_that_is_not_sure_says_so(activities: Activities) -> None:
    activity = activities.all[0]
    begins = datetime(2027, 1, 5, 15, tzinfo=SHANGHAI)
    occasion = Occasion("reminder", activity.name, begins, begins.date(), begins.date(), sure=False)
    values = fillings(occasion, activities.words)

    assert "以正式通知为准" in filled("reminder", activity.texts, values)
    assert "以正式通知为准" in template_fields("reminder", activity.texts, activity.fields, values)["thing4"]


def test_a_change_without_a_note_leaves_no_empty_line(activities: Activities) -> None:
    activity = activities.all[0]
    begins = datetime(2026, 12, 9, 15, tzinfo=SHANGHAI)
    occasion = Occasion("moved", activity.name, begins, date(2026, 12, 4), date(2026, 12, 7), sure=True)

    text = filled("moved", activity.texts, fillings(occasion, activities.words))

    assert "原定12月7日" in text
    assert all(text.splitlines())


@given(
    st.sampled_from(KINDS),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)),
    st.integers(0, 31),
    st.booleans(),
    st.text(max_size=60),
    st.text(max_size=60),
)
def test_whatever_a_branch_is_called_wechat_takes_the_fields(
    kind: str, begins: datetime, days: int, sure: bool, branch: str, place: str
) -> None:
    told_on = date.fromordinal(begins.toordinal() - days)
    for activity in ACTIVITIES.all:
        occasion = Occasion(kind, activity.name, begins, told_on, begins.date(), sure, branch, place)
        values = fillings(occasion, ACTIVITIES.words)
        for name, text in template_fields(kind, activity.texts, activity.fields, values).items():
            assert fault(name, text) is None, (name, text)


@pytest.mark.parametrize(
    ("was", "becomes", "kind"),
    [
        ("rule: 每月5日", "rule: 每月第五", "rule_unknown"),
        ("leads: [3天前 09:00, 当天 08:00]", "leads: [3天前 22:00]", "lead_quiet"),
        ("leads: [3天前 09:00, 当天 08:00]", "leads: [当天 15:00]", "lead_late"),
        ("leads: [3天前 09:00, 当天 08:00]", "leads: [3天前 09:00, 三天前 10:00]", "lead_twice"),
        ("leads: [3天前 09:00, 当天 08:00]", "leads: [早点说]", "lead_unknown"),
        ("who: [党员, 党代表, 书记]", "who: [团员]", "unknown_who"),
        ("move_to: next_weekday", "move_to: monday", "unknown_shift"),
        ("max_days: 10", "max_days: 40", "shift_too_far"),
        ('at: "15:00"', "at: 下午三点", "not_a_time"),
        ("id: liaison_day", "id: party_day", "activity_twice"),
        ("地点：{place}", "地点：{palce}", "unknown_gap"),
        ("地点：{place}", "地点：{place", "unknown_gap"),
        ('date: "{month}月{day}日"', 'date: "{time}"', "unknown_gap"),
        ("周六, 周日]", "周六]", "not_a_week"),
        ("thing1: ", "thang1: ", "field_unknown"),
        ('time2: "{datetime}"', 'time2: "{datetime}{sure}"', "field_too_long"),
        ('time2: "{datetime}"', 'time2: "{weekday}"', "field_characters"),
        ('thing1: "{activity}{state}"', 'thing1: "{state}"', "field_empty"),
        ('thing3: "{place}"', 'thing3: "请大家准时到下面这个地方集合开会：{place}"', "field_too_long"),
        ("请安排好时间。", "请安排好时间。" * 80, "reminder_too_long"),
    ],
)
def test_a_mistake_is_found_at_its_line(tmp_path: Path, was: str, becomes: str, kind: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert was in text
    path = tmp_path / "activities.yaml"
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")

    with pytest.raises(ContentError) as caught:
        load(path)

    found = {problem.kind: dict(problem.about) for problem in caught.value.problems}
    assert read(DATA / "console.yaml")(f"problem_{kind}", **found[kind])
    assert all(problem.line for problem in caught.value.problems)


def test_the_shipped_shift_goes_to_the_next_monday_to_friday_within_the_month(activities: Activities) -> None:
    for activity in activities.all:
        assert (activity.shift.how, activity.shift.stay_in_month) == (How.NEXT_WEEKDAY, True)
