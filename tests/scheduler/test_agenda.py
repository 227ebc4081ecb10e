"""Appointments: the rule, the branch's own wishes and the secretary's changes together."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.activities import Activities, load
from content.calendar import Day, DaySource, plain_week
from content.calendar.days import day_of
from content.wording import DATA
from scheduler.agenda import Agenda, Appointment, Meeting, appointments, upcoming
from scheduler.roster import Branch, Change
from scheduler.telling import told

ZONE = ZoneInfo("Asia/Shanghai")
ACTIVITIES = load(DATA / "activities.yaml")
BRANCH = Branch("b1", "红旗支部", place="二楼会议室")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def agenda(
    activity_id: str = "party_day",
    branch: Branch = BRANCH,
    changes: Mapping[date, Change] | None = None,
    first: date = date(2026, 12, 1),
    last: date = date(2026, 12, 31),
) -> tuple[Appointment, ...]:
    activity = ACTIVITIES.get(activity_id)
    assert activity
    return appointments(activity, branch, changes or {}, first, last, plain_week, ZONE)


def moved(rule_date: date, **change: object) -> dict[date, Change]:
    return {rule_date: Change(rule_date, **{"version": 1, **change})}  # type: ignore[arg-type]


def test_without_wishes_and_changes_it_is_as_the_activity_says() -> None:
    (only,) = agenda()

    assert only == Appointment(
        meeting=Meeting("party_day", "b1", date(2026, 12, 5)),
        begins=datetime(2026, 12, 7, 15, tzinfo=ZONE),  # the 5th is a Saturday
        place="二楼会议室",
        version=0,
        cancelled=False,
        moved_from=date(2026, 12, 5),
        source=DaySource.WEEKDAY,
        rule="每月5日",
    )


def test_a_branch_has_its_own_day_time_and_place() -> None:
    own = Branch("b2", "青山支部", party_day="每月第二个周三", party_time=time(19, 30), place="村部")

    (only,) = agenda(branch=own)

    assert (only.begins, only.rule, only.place) == (
        datetime(2026, 12, 9, 19, 30, tzinfo=ZONE),
        "每月第二个周三",
        "村部",
    )


def test_an_activity_that_is_the_same_for_all_ignores_the_branchs_wishes() -> None:
    own = Branch("b2", "青山支部", party_day="每月最后一天", party_time=time(19, 30), place="村部")

    (only,) = agenda("liaison_day", own)

    assert (only.begins, only.rule, only.place) == (datetime(2026, 12, 4, 9, tzinfo=ZONE), "每月第一个周五", "")


def test_a_moved_meeting_keeps_its_name_and_tells_where_it_came_from() -> None:
    (only,) = agenda(changes=moved(date(2026, 12, 5), to=date(2026, 12, 9), at=time(19), note="停电"))

    assert only.meeting.rule_date == date(2026, 12, 5)
    assert only.begins == datetime(2026, 12, 9, 19, tzinfo=ZONE)
    assert (only.version, only.moved_from, only.planned) == (1, date(2026, 12, 5), date(2026, 12, 7))
    assert (only.source, only.note) == (DaySource.DECIDED, "停电")


def test_a_meeting_moved_to_its_rules_own_date_has_not_moved() -> None:
    (only,) = agenda(changes=moved(date(2026, 12, 5), to=date(2026, 12, 5)))

    assert (only.begins.date(), only.moved_from) == (date(2026, 12, 5), None)


def test_a_meeting_moved_into_the_range_is_in_it_and_one_moved_out_is_not() -> None:
    changes = moved(date(2026, 12, 5), to=date(2027, 1, 20))

    assert agenda(changes=changes) == ()
    found = agenda(changes=changes, first=date(2027, 1, 10), last=date(2027, 1, 31))
    assert [one.meeting.rule_date for one in found] == [date(2026, 12, 5)]


def test_other_day_data_gives_other_days() -> None:
    def busy_week(when: date) -> Day:
        return day_of(when, when.weekday() < 5 and when != date(2026, 12, 7), DaySource.UPLOADED)

    activity = ACTIVITIES.all[0]
    by_data = [
        appointments(activity, BRANCH, {}, date(2026, 12, 1), date(2026, 12, 31), days, ZONE)[0].begins.day
        for days in (plain_week, busy_week, plain_week)
    ]

    assert by_data == [7, 8, 7]


def test_only_the_time_may_change() -> None:
    (only,) = agenda(changes=moved(date(2026, 12, 5), at=time(19)))

    assert (only.begins, only.planned) == (datetime(2026, 12, 7, 19, tzinfo=ZONE), None)


def test_a_cancelled_meeting_stays_in_the_agenda_as_such() -> None:
    (only,) = agenda(changes=moved(date(2026, 12, 5), cancelled=True, version=3))

    assert (only.cancelled, only.version, only.begins.date()) == (True, 3, date(2026, 12, 7))


def test_a_change_of_a_date_the_rule_no_longer_gives_changes_nothing() -> None:
    changes = moved(date(2026, 12, 6), to=date(2026, 12, 9))

    assert agenda(changes=changes) == agenda()


@given(
    st.dictionaries(
        st.sampled_from([date(2026, month, 5) for month in range(1, 13)]),
        st.tuples(st.none() | st.dates(*YEAR), st.booleans()),
    ),
    st.dates(*YEAR),
)
def test_splitting_a_year_anywhere_loses_and_doubles_nothing(
    wanted: dict[date, tuple[date | None, bool]], cut: date
) -> None:
    changes = {day: Change(day, 1, to=to, cancelled=cancelled) for day, (to, cancelled) in wanted.items()}
    whole = agenda(changes=changes, first=YEAR[0], last=YEAR[1])

    before = agenda(changes=changes, first=YEAR[0], last=date.fromordinal(cut.toordinal() - 1))
    after = agenda(changes=changes, first=cut, last=YEAR[1])

    assert sorted(before + after, key=str) == sorted(whole, key=str)
    assert len({one.meeting for one in whole}) == len(whole) == 12
    assert all(one.begins.tzinfo is ZONE for one in whole)


@pytest.mark.parametrize("kind", ["reminder", "moved", "cancelled", "nudge"])
def test_what_members_read_names_day_and_activity(kind: str) -> None:
    activity, words = ACTIVITIES.all[0], ACTIVITIES.words
    (only,) = agenda(changes=moved(date(2026, 12, 5), to=date(2026, 12, 9)))

    message = told(kind, activity, only, BRANCH, words, date(2026, 12, 9))

    assert "主题党日" in message.text
    assert "12月9日" in message.text
    assert message.fields["time2"] == "2026年12月9日 15:00"


def test_a_correction_names_the_day_members_were_told_before() -> None:
    activity, words = ACTIVITIES.all[0], ACTIVITIES.words
    (only,) = agenda(changes=moved(date(2026, 12, 5), to=date(2026, 12, 9)))

    assert "原定12月7日" in told("moved", activity, only, BRANCH, words, date(2026, 12, 2)).text


@given(st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London"]), st.times())
def test_a_meeting_begins_at_its_time_of_day_whatever_the_clocks_do(zone: str, at: time) -> None:
    """Members abroad: an hour that a zone skips or repeats changes nothing of what the clock on the wall shows."""
    activity = ACTIVITIES.all[0]
    branch = Branch("b1", "红旗支部", party_day="每周日", party_time=at)

    found = appointments(activity, branch, {}, *YEAR, plain_week, ZoneInfo(zone))

    assert {one.begins.time() for one in found} == {at}
    assert {str(one.begins.tzinfo) for one in found} == {zone}
    assert all(a.begins.utcoffset() is not None for a in found)


class TestUpcoming:
    @staticmethod
    def whole(*branches: Branch, changes: Mapping[str, Mapping[tuple[str, date], Change]] | None = None) -> Agenda:
        return Agenda(ACTIVITIES, branches, changes or {}, plain_week, ZONE)

    @given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.integers(0, 30))
    def test_it_is_what_has_not_begun_in_time_order(self, moment: datetime, count: int) -> None:
        agenda = self.whole(BRANCH, Branch("b2", "青山支部", party_day="每周三"))
        now = moment.replace(tzinfo=ZONE)

        found = upcoming(agenda.between, now, count)

        everything = sorted(agenda.between(now.date(), date(2029, 1, 1)), key=lambda one: one.begins)
        expected = [one for one in everything if one.begins > now][:count]
        assert [one.begins for one in found] == [one.begins for one in expected]
        assert len(set(found)) == count

    def test_a_rule_that_comes_no_more_gives_fewer(self) -> None:
        over = Branch("b1", "甲", party_day="FREQ=MONTHLY;BYMONTHDAY=5;UNTIL=20261231")
        activities = replace(ACTIVITIES, all=ACTIVITIES.all[:1])
        agenda = Agenda(activities, [over], {}, plain_week, ZONE)

        found = upcoming(agenda.between, datetime(2026, 11, 1, tzinfo=ZONE), 10)

        assert [one.begins.month for one in found] == [11, 12]

    def test_a_change_concerns_one_activity_of_one_branch(self) -> None:
        change = Change(date(2026, 12, 5), 1, to=date(2026, 12, 8))
        agenda = self.whole(
            BRANCH, Branch("b2", "青山支部"), changes={"party_day": {("b1", date(2026, 12, 5)): change}}
        )

        found = {
            (one.meeting.branch_id, one.meeting.activity_id): one.begins.day
            for one in agenda.between(date(2026, 12, 1), date(2026, 12, 31))
        }

        assert found == {
            ("b1", "party_day"): 8,
            ("b2", "party_day"): 7,
            ("b1", "liaison_day"): 4,
            ("b2", "liaison_day"): 4,
        }


def test_the_shipped_activities_are_two() -> None:
    activities: Activities = ACTIVITIES

    assert [one.id for one in activities.all] == ["party_day", "liaison_day"]
