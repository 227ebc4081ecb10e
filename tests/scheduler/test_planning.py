"""What is due about one meeting at one moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.activities import Lead, Quiet
from content.calendar import DaySource
from scheduler.agenda import Appointment, Meeting
from scheduler.planning import LATE_AT_MOST, Plan, audience, awake, due, occasions, without
from scheduler.reminders import CANCELLED, EXEMPT, EXPIRED, MERGED, MOVED, NUDGE, OPT_OUT, Heard, Reminder
from scheduler.roster import Member, Role
from tests.fakes import SHANGHAI
from tests.scheduler.test_agenda import ACTIVITIES

LEADS = (Lead("3d", 3, time(9)), Lead("0d", 0, time(8)))
QUIET = Quiet(time(21, 30), time(7, 30))
MEETING = Meeting("party_day", "b1", date(2026, 12, 5))
BEGINS = datetime(2026, 12, 7, 15, tzinfo=SHANGHAI)
APPOINTMENT = Appointment(MEETING, BEGINS, "", 0, False, None, DaySource.OFFICIAL, "每月5日")


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=SHANGHAI)


def plan(now: datetime, since: datetime | None = None, heard: Heard | None = None, **changed: object) -> Plan:
    appointment = replace(APPOINTMENT, **changed)  # type: ignore[arg-type]
    return due(appointment, LEADS, QUIET, heard, since or now, now)


def lead(plan: Plan) -> str | None:
    return plan.lead.reminder.lead if plan.lead else None


def names(plan: Plan) -> list[Reminder]:
    """Under which names members are told."""
    return [notice.reminder for notice in (plan.correction, plan.lead, plan.nudge) if notice]


def missed(plan: Plan) -> list[tuple[str, str]]:
    return [(notice.reminder.lead, reason) for notice, reason in plan.missed]


def test_nothing_is_due_before_the_first_lead() -> None:
    assert plan(at(4, 8, 59)) == Plan()


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=5), timedelta(hours=2), timedelta(hours=30)])
def test_a_lead_is_told_when_due_and_as_long_as_it_is_of_use(late: timedelta) -> None:
    assert lead(plan(at(4, 9) + late)) == "3d" or late > timedelta(hours=12)
    assert lead(plan(at(5, 15))) == "3d"


def test_of_two_leads_due_only_the_more_specific_is_told_and_the_other_is_reported_as_merged() -> None:
    found = plan(at(7, 8, 5), since=at(4, 8))

    assert (lead(found), missed(found)) == ("0d", [("3d", MERGED)])


def test_after_the_meeting_nothing_is_told_and_everything_missed_is_reported() -> None:
    found = plan(at(7, 15), since=at(4, 8))

    assert (lead(found), missed(found)) == (None, [("3d", EXPIRED), ("0d", EXPIRED)])


def test_what_was_due_before_the_last_tick_is_not_reported_again() -> None:
    assert missed(plan(at(7, 15), since=at(5, 8))) == [("0d", EXPIRED)]
    assert missed(plan(at(7, 15), since=at(7, 9))) == []


def test_a_lead_is_of_no_use_once_the_next_one_is_due() -> None:
    three_days = plan(at(4, 9)).lead

    assert three_days
    assert three_days.until == at(7, 8) == at(4, 9) + timedelta(hours=71)
    assert three_days.until - at(4, 9) < LATE_AT_MOST


def test_what_is_due_in_the_quiet_hours_waits_for_their_end_and_is_not_missed() -> None:
    early = (Lead("0d", 0, time(6)),)

    assert due(APPOINTMENT, early, QUIET, None, at(7, 5), at(7, 6)) == Plan()
    assert lead(due(APPOINTMENT, early, QUIET, None, at(7, 5), at(7, 7, 30))) == "0d"
    late_in_the_evening = plan(at(4, 22), since=at(4, 8))
    assert late_in_the_evening == Plan()
    assert lead(plan(at(5, 7, 30))) == "3d"


def test_the_quiet_hours_give_way_when_waiting_would_be_too_late() -> None:
    dawn = at(7, 7)

    assert awake(at(7, 6), QUIET, dawn) == at(7, 6)
    assert lead(due(replace(APPOINTMENT, begins=dawn), (Lead("0d", 0, time(6)),), QUIET, None, at(7, 6), at(7, 6)))


def test_the_quiet_hours_are_those_of_the_meetings_zone() -> None:
    assert awake(at(7, 9).astimezone(UTC), QUIET, BEGINS) == at(7, 9)
    assert awake(at(7, 6).astimezone(UTC), QUIET, BEGINS) == at(7, 7, 30)


def test_a_cancelled_meeting_has_no_leads() -> None:
    assert plan(at(7, 8), since=at(4, 8), cancelled=True) == Plan()


def test_those_who_heard_another_date_are_told_once_more() -> None:
    moved = plan(at(5, 10), heard=Heard(BEGINS), begins=at(9, 15), version=1)

    assert moved.correction
    assert (moved.correction.reminder.lead, moved.correction.was) == (MOVED, BEGINS)
    assert moved.correction.until == at(9, 15)
    assert plan(at(5, 10), heard=Heard(at(9, 15)), begins=at(9, 15), version=1).correction is None


def test_a_cancellation_names_the_date_they_heard() -> None:
    cancelled = plan(at(5, 10), heard=Heard(at(9, 15)), cancelled=True, version=2)

    assert cancelled.correction
    assert cancelled.correction.reminder.lead == CANCELLED
    assert cancelled.correction.appointment.begins == at(9, 15)
    again = plan(at(5, 10), heard=Heard(at(9, 15), cancelled=True), cancelled=True, version=3)
    assert again == Plan()


def test_what_is_put_back_on_is_told_again() -> None:
    found = plan(at(5, 10), heard=Heard(BEGINS, cancelled=True), version=3)

    assert found.correction
    assert found.correction.reminder.lead == MOVED


def test_a_correction_that_comes_too_late_is_only_noted() -> None:
    assert plan(at(7, 16), heard=Heard(BEGINS), cancelled=True) == Plan(
        holds=Heard(BEGINS, cancelled=True, corrected=1)
    )


def test_corrections_keep_the_quiet_hours_unless_it_would_be_too_late() -> None:
    assert plan(at(6, 22), heard=Heard(BEGINS), cancelled=True) == Plan()
    assert plan(at(7, 7), heard=Heard(at(7, 7, 10)), cancelled=True).correction


def test_a_change_and_its_correction_bear_other_names_than_what_was_told_before() -> None:
    first = plan(at(4, 9)).lead
    second = plan(at(6, 9), version=1, begins=at(9, 15)).lead

    assert first
    assert second
    assert first.reminder.key != second.reminder.key
    keys = [plan(at(5, 10), heard=Heard(BEGINS), begins=at(day, 15)).correction for day in (9, 10)]
    assert len({one.reminder.key for one in keys if one}) == 2


def test_whom_it_concerns_and_who_is_skipped_why() -> None:
    activity = ACTIVITIES.get("liaison_day")
    assert activity
    delegate = Member("o1", "b1", frozenset({Role.DELEGATE}))
    members = [
        delegate,
        Member("o2", "b1"),
        replace(delegate, openid="o3", muted=frozenset({"liaison_day"})),
        replace(delegate, openid="o4", exempt=True, muted=frozenset({"liaison_day"})),
        replace(delegate, openid="o5", muted=frozenset({"party_day"})),
    ]

    concerned = audience(activity, members)

    assert concerned == {"o1": "", "o3": OPT_OUT, "o4": EXEMPT, "o5": ""}
    assert without(concerned, ["o1", "o3"]) == {"o1": MERGED, "o3": OPT_OUT, "o4": EXEMPT, "o5": ""}


MINUTES = st.integers(0, 7 * 24 * 60)
SHORTEST = timedelta(hours=7)  # of the times in which a lead is of use: from 08:00 to the meeting


@given(st.lists(MINUTES, max_size=8), st.integers(0, 60))
def test_ticks_never_further_apart_than_a_lead_is_of_use_tell_the_same_leads(extra: list[int], offset: int) -> None:
    start = at(2, 0) + timedelta(minutes=offset)
    regular = {start + number * SHORTEST for number in range(24)}
    moments = sorted(regular | {start + timedelta(minutes=minute) for minute in extra})

    told = {lead(plan(now)) for now in moments}

    assert told - {None} == {"3d", "0d"}


@given(st.lists(MINUTES, min_size=1, max_size=8))
def test_whatever_the_ticks_each_lead_is_either_told_or_reported(minutes: list[int]) -> None:
    moments = [at(1), *sorted(at(2) + timedelta(minutes=minute) for minute in minutes), at(20)]
    told: set[str | None] = set()
    reported: set[str] = set()
    since = moments[0]
    for now in moments[1:]:
        found = plan(now, since)
        since = since if QUIET.covers(now.time()) else now  # as the ticker does
        told.add(lead(found))
        reported |= {name for name, _ in missed(found)}

    assert (told | reported) - {None} == {"3d", "0d"}


@pytest.mark.parametrize("corrected", [0, 2])
def test_the_occasions_of_a_meeting_are_those_at_which_it_will_be_told(corrected: int) -> None:
    heard = Heard(BEGINS, corrected=corrected)
    found = occasions(APPOINTMENT, LEADS, QUIET, heard)

    assert [(when, reminder.lead) for when, reminder in found] == [
        (at(4, 9), "3d"),
        (at(6, 19), NUDGE),
        (at(7, 8), "0d"),
    ]
    for when, reminder in found:
        told, before = plan(when, heard=heard), plan(when - timedelta(minutes=1), heard=heard)
        assert reminder in names(told)
        assert reminder not in names(before)


def test_a_cancelled_meeting_has_no_occasions() -> None:
    assert occasions(replace(APPOINTMENT, cancelled=True), LEADS, QUIET, None) == ()
