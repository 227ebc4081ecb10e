"""Ticks of the clock on a real ledger: each member told each thing once, whatever the ticks."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.ledger import LedgerStore
from bot.store import Store
from content.activities import Activity
from content.calendar import Day, DaySource, plain_week
from content.calendar.days import day_of
from scheduler.agenda import Appointment, Meeting, appointments
from scheduler.planner import Planner
from scheduler.planning import due
from scheduler.reminders import (
    CANCELLED,
    CHANGED,
    CORRECTIONS,
    EXPIRED,
    MERGED,
    MOVED,
    NUDGE,
    Condition,
    Heard,
    Mark,
    Notice,
    Opening,
)
from scheduler.roster import Branch, Change
from scheduler.ticking import Ticked, Ticker
from tests.fakes import SHANGHAI, Register
from tests.scheduler.test_agenda import ACTIVITIES

PARTY_DAY = Meeting("party_day", "b1", date(2026, 12, 5))  # takes place on Monday the 7th at 15:00


def at(day: int, hour: int = 0, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@dataclass
class World:
    """A roster, a ledger and members who hear everything at once; the clock stands where each tick puts it.

    Attributes:
        off: announced days off, beside the weekends.
    """

    store: Store
    roster: Register = field(default_factory=Register)
    heard: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    history: list[Notice] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    off: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        with self.store.commands() as client:
            client.flushall()
        self.ledger = LedgerStore(self.store)

    def ticker(self) -> Ticker:
        planner = Planner(self.roster, self.ledger, lambda: self.appointments)
        return Ticker(planner, self.roster, self.ledger, lambda: ACTIVITIES, lambda _meeting: self.answered)

    def appointments(
        self, activity: Activity, branch: Branch, changes: Mapping[date, Change], first: date, last: date
    ) -> Sequence[Appointment]:
        return appointments(activity, branch, changes, first, last, _days(self.off), SHANGHAI)

    def tick(self, now: datetime, *, hear: bool = True, dry: bool = False) -> Ticked:
        ticked = self.ticker().tick(now, dry=dry)
        if hear and not dry:
            self.hear(ticked.openings, now)
        return ticked

    def hear(self, openings: Iterable[Opening], now: datetime) -> None:
        for opening in openings:
            taken = self.ledger.claim(opening.notice, list(opening.audience), now)
            self.ledger.settle(opening.notice, {openid: Mark(Condition.SENT, "1") for openid in taken}, now)
            reminder = opening.notice.reminder
            self.history += [opening.notice] if taken else []
            self.heard.update((openid, reminder.lead, str(opening.notice.appointment.begins)) for openid in taken)

    def deliver(self, now: datetime) -> None:
        """What the workers do: everything that is open goes out, unless it is of no use any more."""
        versions = {(b, d): change.version for (_, b, d), change in self.roster.changes_.items()}
        for branch_id, members in self.roster.members_.items():
            for notice in self.ledger.notices(branch_id):
                if versions.get((branch_id, notice.reminder.meeting.rule_date), 0) > notice.appointment.version:
                    self.ledger.skip(notice, CHANGED)
                elif now >= notice.until:
                    self.ledger.skip(notice, EXPIRED)
                else:
                    self.hear([Opening(notice, {one.openid: "" for one in members})], now)

    def told(self, openid: str) -> list[tuple[str, int]]:
        """What a member was told, with the day of the month."""
        return sorted((lead, int(begins[8:10])) for (who, lead, begins) in self.heard.elements() if who == openid)


@lru_cache
def _days(off: frozenset[date]) -> Callable[[date], Day]:
    def day(when: date) -> Day:
        return day_of(when, working=False, source=DaySource.OFFICIAL) if when in off else plain_week(when)

    return day


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    world.roster.add("b1", "o1", "o2")
    return world


def test_each_lead_is_told_once_however_often_the_clock_ticks(world: World) -> None:
    for minute in range(5):
        world.tick(at(4, 9, minute))
    for minute in range(5):
        world.tick(at(7, 8, minute))

    assert world.told("o1") == world.told("o2") == [("0d", 7), ("3d", 7)]


def test_a_dry_run_says_the_same_and_changes_nothing(world: World, store: Store) -> None:
    dry = world.tick(at(4, 9), dry=True)
    with store.commands() as client:
        assert client.keys("bot:ledger:*") == []

    real = world.tick(at(4, 9))

    assert dry.openings == real.openings
    assert (dry.opened, real.opened) == (0, 1)


def test_after_two_days_off_the_first_lead_is_still_told_and_after_three_the_second_alone(world: World) -> None:
    world.tick(at(4, 8))
    world.tick(at(6, 9))
    assert world.told("o1") == [("3d", 7)]

    other = World(world.store, world.roster)
    other.tick(at(4, 8))
    ticked = other.tick(at(7, 9))

    assert other.told("o1") == [("0d", 7)]
    assert [(one.notice.reminder.lead, one.reason, one.count) for one in ticked.expiries] == [("3d", MERGED, 2)]


def test_what_was_missed_altogether_is_reported_once(world: World) -> None:
    world.tick(at(4, 8))
    ticked = world.tick(at(8, 9))
    again = world.tick(at(8, 9, 1))

    expired = [(one.notice.reminder.lead, one.reason) for one in ticked.expiries]
    assert expired == [("3d", EXPIRED), ("0d", EXPIRED)]
    assert (again.expiries, world.told("o1")) == ((), [])


def test_nothing_is_reported_of_the_time_before_the_first_tick(world: World) -> None:
    assert world.tick(at(8, 9)).expiries == ()


def test_a_standstill_that_ends_in_the_quiet_hours_is_reported_after_them(world: World) -> None:
    world.tick(at(4, 8))
    world.tick(at(6, 22))
    ticked = world.tick(at(7, 8, 30))

    assert world.told("o1") == [("0d", 7)]
    assert [one.notice.reminder.lead for one in ticked.expiries] == ["3d"]


def test_a_moved_meeting_is_corrected_once_for_those_who_heard(world: World) -> None:
    world.tick(at(4, 9))
    world.roster.members_["b1"].append(replace(world.roster.members_["b1"][0], openid="o3"))
    world.roster.change(PARTY_DAY, to=date(2026, 12, 15))

    for minute in range(3):
        world.tick(at(5, 10, minute))
    assert world.told("o1") == [("3d", 7), (MOVED, 15)]
    assert world.told("o3") == []

    world.tick(at(12, 9))
    world.tick(at(15, 8))
    assert world.told("o1") == [("0d", 15), ("3d", 7), ("3d", 15), (MOVED, 15)]
    assert world.told("o3") == [("0d", 15), ("3d", 15)], "others hear the new date only"


def test_a_meeting_moved_near_is_told_once_not_twice(world: World) -> None:
    world.tick(at(4, 9))
    world.roster.members_["b1"].append(replace(world.roster.members_["b1"][0], openid="o3"))
    world.roster.change(PARTY_DAY, to=date(2026, 12, 8))

    world.tick(at(5, 10))  # the lead of three days is due for the new date, too

    assert world.told("o1") == [("3d", 7), (MOVED, 8)]
    assert world.told("o3") == [("3d", 8)]


def test_a_crash_between_the_correction_and_the_lead_tells_nobody_twice(world: World) -> None:
    world.tick(at(4, 9))
    world.roster.change(PARTY_DAY, to=date(2026, 12, 8))
    planned = world.ticker().tick(at(5, 10), dry=True)
    (correction,) = [one for one in planned.openings if one.notice.reminder.lead == MOVED]
    world.ledger.open([correction], at(5, 10))
    world.hear([correction], at(5, 10))

    world.tick(at(5, 10, 1))

    assert world.told("o1") == [("3d", 7), (MOVED, 8)]


def test_a_change_taken_back_before_anyone_heard_of_it_tells_nobody(world: World) -> None:
    world.tick(at(4, 9))
    world.roster.change(PARTY_DAY, to=date(2026, 12, 8))
    world.roster.change(PARTY_DAY)

    world.tick(at(4, 9, 5))

    assert world.told("o1") == [("3d", 7)]


def test_a_cancelled_meeting_is_told_to_those_who_heard_and_stops_what_is_due(world: World) -> None:
    ticked = world.tick(at(4, 9), hear=False)
    (opening,) = ticked.openings
    world.ledger.claim(opening.notice, ["o1"], at(4, 9))
    world.ledger.settle(opening.notice, {"o1": Mark(Condition.SENT, "1")}, at(4, 9))
    world.roster.change(PARTY_DAY, cancelled=True)

    world.tick(at(4, 9, 1))
    world.tick(at(7, 8))

    assert world.told("o1") == [(CANCELLED, 7)]
    assert world.told("o2") == []
    assert world.ledger.rows(opening.notice, ["o2"]) == {"o2": Mark(Condition.SKIPPED, CHANGED)}


def test_a_meeting_moved_and_then_cancelled_is_cancelled_under_the_date_last_heard(world: World) -> None:
    world.tick(at(4, 9))
    world.roster.change(PARTY_DAY, to=date(2026, 12, 25))
    world.tick(at(5, 9))
    world.roster.change(PARTY_DAY, cancelled=True)
    world.tick(at(5, 10))

    assert world.told("o1") == [("3d", 7), (CANCELLED, 25), (MOVED, 25)]


def by_notice(world: World) -> None:
    world.off = frozenset({date(2026, 12, 7), date(2026, 12, 8)})


def by_import(world: World) -> None:
    world.roster.branches_[0] = replace(world.roster.branches_[0], party_time=time(19))


def by_secretary(world: World) -> None:
    world.roster.change(PARTY_DAY, to=date(2026, 12, 9))


def back(world: World) -> None:
    world.off = frozenset()
    world.roster.branches_[0] = replace(world.roster.branches_[0], party_time=None)


@pytest.mark.parametrize(
    ("moves", "begins"), [(by_notice, at(9, 15)), (by_import, at(7, 19)), (by_secretary, at(9, 15))]
)
def test_a_lead_held_up_while_the_meeting_moves_is_told_of_where_it_went(
    world: World, moves: Callable[[World], None], begins: datetime
) -> None:
    world.tick(at(4, 9), hear=False)
    moves(world)
    world.tick(at(6, 10), hear=False)
    world.deliver(at(6, 11))

    assert world.heard == Counter((openid, "3d", str(begins)) for openid in ("o1", "o2"))


@pytest.mark.parametrize("moves", [by_notice, by_import])
def test_a_meeting_moved_to_and_fro_while_nothing_goes_out_is_told_of_once(
    world: World, moves: Callable[[World], None]
) -> None:
    world.tick(at(4, 9), hear=False)
    for minute, change in enumerate([moves, back, moves, back]):
        change(world)
        world.tick(at(4, 10, minute), hear=False)
    world.deliver(at(4, 11))

    assert world.told("o1") == world.told("o2") == [("3d", 7)]


def test_every_move_is_told_also_one_that_was_told_before(world: World) -> None:
    world.tick(at(4, 9))
    for minute, change in enumerate([by_notice, back, by_notice]):
        change(world)
        world.tick(at(4, 10, minute))

    assert [(one.reminder.lead, one.appointment.begins.day) for one in world.history] == [
        ("3d", 7),
        (MOVED, 9),
        (MOVED, 7),
        (MOVED, 9),
    ]


def test_what_the_version_before_opened_is_not_told_anew_but_its_next_correction_is(world: World) -> None:
    world.tick(at(4, 9))
    world.roster.members_["b1"].append(replace(world.roster.members_["b1"][0], openid="o3"))
    world.roster.change(PARTY_DAY, to=date(2026, 12, 8))
    planned = world.ticker().tick(at(5, 10), dry=True).openings
    before = [_uncounted(one) for one in planned]
    world.ledger.open(before, at(5, 10))
    world.hear(before, at(5, 10))

    world.tick(at(5, 10, 1))
    assert world.told("o1") == [("3d", 7), (MOVED, 8)]
    assert world.told("o3") == [("3d", 8)]

    world.roster.change(PARTY_DAY, to=date(2026, 12, 15))
    world.tick(at(5, 11))
    world.tick(at(12, 9))
    assert world.told("o1") == [("3d", 7), ("3d", 15), (MOVED, 8), (MOVED, 15)]
    assert world.told("o3") == [("3d", 8), ("3d", 15), (MOVED, 15)]


def _uncounted(opening: Opening) -> Opening:
    """As it was opened before corrections were counted."""
    reminder = opening.notice.reminder
    reminder = replace(reminder, edition=reminder.edition.partition(".")[0])
    return replace(opening, notice=replace(opening.notice, reminder=reminder, corrected=0))


def test_a_change_nobody_needs_to_hear_of_is_quiet(world: World) -> None:
    world.roster.change(PARTY_DAY, cancelled=True)

    assert world.tick(at(4, 9)).openings == ()


def test_a_rule_that_changes_after_its_lead_was_told_cancels_the_old_date(world: World) -> None:
    world.tick(at(4, 9))
    world.roster.branches_[0] = replace(world.roster.branches_[0], party_day="每月20日")

    world.tick(at(5, 9))
    world.tick(at(5, 9, 1))
    world.tick(at(18, 9))  # the 20th is a Sunday: Monday the 21st

    assert world.told("o1") == [("3d", 7), ("3d", 21), (CANCELLED, 7)]


def test_a_rule_edit_that_leaves_the_moment_as_it_is_tells_nobody_anything(world: World) -> None:
    world.tick(at(4, 9))
    branch = world.roster.branches_[0]
    for minute, rule in enumerate(["每月6日", "每月5日", "每月第一个周一", ""]):  # all of them Monday the 7th
        world.roster.branches_[0] = replace(branch, party_day=rule)
        world.tick(at(4, 9, minute + 1))
    world.tick(at(7, 8))

    assert world.told("o1") == [("0d", 7), ("3d", 7)]


def test_a_rule_edited_while_its_lead_is_held_up_tells_of_the_moment_once(world: World) -> None:
    world.tick(at(4, 9), hear=False)
    world.roster.branches_[0] = replace(world.roster.branches_[0], party_day="每月6日")  # Monday the 7th as well
    world.tick(at(4, 10), hear=False)
    world.deliver(at(4, 11))

    assert world.told("o1") == world.told("o2") == [("3d", 7)]


def test_the_silent_are_asked_once_more_the_evening_before(world: World) -> None:
    world.tick(at(4, 9))
    world.roster.members_["b1"].append(replace(world.roster.members_["b1"][0], openid="o3"))
    world.answered = ["o1"]

    world.tick(at(6, 18, 59))
    for minute in range(3):
        world.tick(at(6, 19, minute))
    world.tick(at(7, 8))

    assert world.told("o1") == [("0d", 7), ("3d", 7)]
    assert world.told("o2") == [("0d", 7), ("3d", 7), (NUDGE, 7)]
    assert world.told("o3") == [("0d", 7)], "who never heard of it is not asked why they are silent"


def test_nobody_is_nudged_where_nobody_answers_or_the_meeting_is_off(world: World) -> None:
    world.tick(at(4, 9))
    world.tick(at(6, 19))
    world.answered = ["o1"]
    world.tick(at(6, 19, 30))
    assert world.told("o2") == [("3d", 7)], "it was decided at seven"

    other = World(world.store, world.roster, answered=["o1"])
    other.tick(at(4, 9))
    world.roster.change(PARTY_DAY, cancelled=True)
    other.tick(at(6, 19))
    assert other.told("o2") == [("3d", 7), (CANCELLED, 7)]


def test_a_nudge_that_comes_too_late_gives_way_to_the_lead(world: World) -> None:
    world.answered = ["o1"]
    world.tick(at(4, 9))
    world.tick(at(7, 8, 5))

    assert world.told("o2") == [("0d", 7), ("3d", 7)]


def test_one_branch_in_trouble_does_not_stop_the_others(world: World) -> None:
    world.roster.add("b2", "o5", party_day="每月五十日")

    ticked = world.tick(at(4, 9))

    assert world.told("o1") == [("3d", 7)]
    (trouble,) = ticked.troubled
    assert (trouble.branch_id, trouble.activity_id) == ("b2", "party_day")


def test_two_schedulers_at_once_open_everything_once(world: World) -> None:
    first, second = world.ticker(), world.ticker()
    plan_of_second = second.tick(at(4, 9), dry=True)

    assert first.tick(at(4, 9)).opened == 1
    assert world.ledger.open(plan_of_second.openings, at(4, 9)) == 0
    world.hear(plan_of_second.openings, at(4, 9))
    world.hear(plan_of_second.openings, at(4, 9, 1))
    assert world.told("o1") == [("3d", 7)]


HOURS = st.integers(0, 10 * 24 - 1).map(lambda hour: at(1) + timedelta(hours=hour))
CHECKS = [HealthCheck.function_scoped_fixture]
DENSE = [at(1) + timedelta(hours=7 * number) for number in range(36)]


@settings(deadline=None, max_examples=10, suppress_health_check=CHECKS)
@given(st.lists(HOURS, max_size=25), st.randoms(use_true_random=False))
def test_the_same_is_told_whatever_ticks_there_are_and_in_whatever_order(
    store: Store, extra: list[datetime], chance: object
) -> None:
    def told(moments: list[datetime]) -> Counter[tuple[str, str, str]]:
        world = World(store)
        world.roster.add("b1", "o1")
        world.roster.add("b2", "o2", party_day="每周三")
        for moment in moments:
            world.tick(moment)
        return world.heard

    expected = told(DENSE)
    shuffled = [*DENSE, *extra]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert set(expected.values()) == {1}
    assert told(sorted([*DENSE, *extra])) == expected
    assert told(shuffled) == expected


STEPS = st.lists(
    st.one_of(
        HOURS,
        st.integers(6, 20).map(lambda day: {"to": date(2026, 12, day)}),
        st.just({"cancelled": True}),
        st.just({}),
        st.sampled_from(["每月5日", "每月9日", "每月第二个周四", "每月6日"]),
        st.frozensets(st.integers(7, 10).map(lambda day: date(2026, 12, day))),
        st.sampled_from([time(15), time(19)]),
    ),
    min_size=4,
    max_size=30,
)


def lived(world: World, steps: Sequence[object], *, hear: bool) -> datetime:
    """Take these steps: time passes, or the secretary, the rule, days off or the roster change. When it is then."""
    now = at(1)
    for step in steps:
        before = world.ledger.heard()
        match step:
            case datetime():
                now = max(now, step)
                world.tick(now, hear=hear)
            case str():
                world.roster.branches_[0] = replace(world.roster.branches_[0], party_day=step)
            case dict():
                world.roster.change(PARTY_DAY, **step)
            case frozenset():
                world.off = step
            case time():
                world.roster.branches_[0] = replace(world.roster.branches_[0], party_time=step)
        world.tick(now + timedelta(minutes=1), hear=hear)
        world.tick(now + timedelta(minutes=1), hear=hear)
        heard = world.ledger.heard()
        assume(not any(heard[one].begins <= now < said.begins for one, said in before.items()))  # into the past
    return now


@settings(deadline=None, max_examples=20, suppress_health_check=CHECKS)
@given(STEPS)
def test_whatever_is_changed_nobody_is_told_the_same_twice(store: Store, steps: list[object]) -> None:
    world = World(store)
    world.roster.add("b1", "o1")
    lived(world, steps, hear=True)

    last: dict[Meeting, Heard] = {}
    since_corrected: set[tuple[str, Heard]] = set()
    for notice in world.history:
        lead, says = notice.reminder.lead, Heard(notice.appointment.begins, notice.appointment.cancelled)
        if lead in CORRECTIONS:
            assert last[notice.reminder.meeting] != says, "nothing new"
            since_corrected.clear()
        assert (lead, says) not in since_corrected
        since_corrected.add((lead, says))
        last[notice.reminder.meeting] = says


@settings(deadline=None, max_examples=20, suppress_health_check=CHECKS)
@given(STEPS)
def test_whatever_is_changed_while_nothing_goes_out_what_holds_then_is_told_once(
    store: Store, steps: list[object]
) -> None:
    world = World(store)
    world.roster.add("b1", "o1")
    now = (lived(world, steps, hear=False) + timedelta(days=1)).replace(hour=10)
    world.tick(now, hear=False)
    world.deliver(now)

    (branch,), activity = world.roster.branches_, ACTIVITIES.all[0]
    changes = {day: change for (_, day), change in world.roster.changes("party_day").items()}
    found = world.appointments(activity, branch, changes, now.date(), now.date() + timedelta(days=30))
    leads = [due(one, activity.leads, ACTIVITIES.quiet, None, now, now).lead for one in found]
    assert world.heard == Counter(("o1", one.reminder.lead, str(one.appointment.begins)) for one in leads if one)
