"""What the chat learns of the reminders: how far they got with each member, over all leads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.branch_book import BranchBook
from bot.chat_reminders import ChatReminders, better
from bot.ledger import LedgerStore
from bot.ledger_format import WISHES
from bot.roster_store import RosterStore
from bot.store import Store
from content.activities import Activity
from content.calendar import plain_week
from handlers.book import Reach, State
from scheduler.agenda import Appointment, appointments
from scheduler.planner import Planner
from scheduler.reminders import AGAIN, EXPIRED, LATER, OPT_OUT, Condition, Expiry, Mark, Notice, Opening
from scheduler.roster import Branch, Change
from scheduler.ticking import Ticker
from tests.bot.test_ledger import BEGINS, IDLE, MEETING, NOTICE, NOW
from tests.bot.test_roster_store import imported, member
from tests.fakes import SHANGHAI
from tests.scheduler.test_agenda import ACTIVITIES

SECOND = replace(NOTICE, reminder=replace(NOTICE.reminder, lead="0d"))


@pytest.fixture
def ledger(store: Store) -> LedgerStore:
    branch_id = MEETING.branch_id
    imported(store, [Branch(branch_id, "甲支部")], [member(f"o{number}", branch_id) for number in range(6)])
    return LedgerStore(store)


def reminders(store: Store) -> ChatReminders:
    return ChatReminders(store, ACTIVITIES, lambda: plain_week, SHANGHAI)


def told(ledger: LedgerStore, notice: Notice, **marks: Mark) -> None:
    skipped = {openid: mark.about for openid, mark in marks.items() if mark.condition is Condition.SKIPPED}
    ledger.open([Opening(notice, dict.fromkeys(marks, "") | skipped)], NOW)
    tried = {openid: mark for openid, mark in marks.items() if mark.condition not in (Condition.DUE, Condition.SKIPPED)}
    ledger.claim(notice, list(tried), NOW)
    ledger.settle(notice, tried, NOW)


def test_every_condition_is_put_into_how_far_it_got(ledger: LedgerStore, store: Store) -> None:
    told(
        ledger,
        NOTICE,
        o0=Mark(Condition.SENT, "4001"),
        o1=Mark(Condition.DUE),
        o2=Mark(Condition.FAILED, "unfollowed"),
        o3=Mark(Condition.UNKNOWN, "unmarked"),
        o4=Mark(Condition.SKIPPED, OPT_OUT),
    )

    assert reminders(store).states(MEETING) == {
        "o0": State(Reach.REACHED),
        "o1": State(Reach.WAITING),
        "o2": State(Reach.FAILED, "unfollowed"),
        "o3": State(Reach.UNKNOWN, "unmarked"),
        "o4": State(Reach.SKIPPED, OPT_OUT),
    }


def test_the_best_of_all_leads_counts(ledger: LedgerStore, store: Store) -> None:
    told(ledger, NOTICE, o0=Mark(Condition.SENT, "1"), o1=Mark(Condition.FAILED, "refused"))
    told(ledger, SECOND, o0=Mark(Condition.FAILED, "unfollowed"), o1=Mark(Condition.SENT, "2"))

    states = reminders(store).states(MEETING)

    assert {state.reach for state in states.values()} == {Reach.REACHED}


def test_another_meeting_of_the_branch_is_another_matter(ledger: LedgerStore, store: Store) -> None:
    told(ledger, NOTICE, o0=Mark(Condition.SENT, "1"))

    assert reminders(store).states(replace(MEETING, activity_id="liaison_day")) == {}


def test_of_two_as_far_the_later_counts() -> None:
    first, second = State(Reach.FAILED, "refused"), State(Reach.FAILED, "unfollowed")

    assert better(first, second) == second
    assert better(None, first) == first


def test_who_leaves_is_not_reminded_any_more_and_leaves_no_row(ledger: LedgerStore, store: Store) -> None:
    told(ledger, NOTICE, o0=Mark(Condition.DUE), o1=Mark(Condition.DUE))
    book = BranchBook(store)

    reminders(store).forget("o0")
    book.forget("o0")

    assert set(reminders(store).states(MEETING)) == {"o1"}
    assert ledger.claim(NOTICE, ["o0"], NOW) == []

    reminders(store).forget("oStranger")
    assert set(reminders(store).states(MEETING)) == {"o1"}


def test_who_was_never_told_because_time_ran_out_is_known(ledger: LedgerStore, store: Store) -> None:
    ledger.expire([Expiry(NOTICE, EXPIRED, 6)], NOW)
    told(ledger, SECOND, o0=Mark(Condition.SENT, "1"))

    states = reminders(store).states(MEETING)

    assert states["o0"] == State(Reach.REACHED)
    assert states["o1"] == State(Reach.SKIPPED, EXPIRED)


def test_a_resend_goes_to_those_named_and_asking_twice_sends_once(ledger: LedgerStore, store: Store) -> None:
    told(ledger, NOTICE, o0=Mark(Condition.SENT, "1"), o1=Mark(Condition.FAILED, "refused"), o2=Mark(Condition.DUE))
    chat = reminders(store)

    assert chat.resend(MEETING, ["o0", "o1", "o2"], NOW) == 2, "the third is being told already"
    assert chat.resend(MEETING, ["o0", "o1", "o3"], NOW + timedelta(minutes=5)) == 1

    (again,) = [one for one in ledger.notices(MEETING.branch_id) if one.reminder.lead == AGAIN]
    assert set(ledger.rows(again, [f"o{number}" for number in range(6)])) == {"o0", "o1", "o3"}
    assert again.reminder.key in {one.reminder.key for one in ledger.stale(NOW, IDLE)}, "sent by the next sweep"
    assert chat.states(MEETING)["o1"] == State(Reach.WAITING)


def test_a_resend_long_after_another_goes_out_again(ledger: LedgerStore, store: Store) -> None:
    chat = reminders(store)
    chat.resend(MEETING, ["o0"], NOW)
    (first,) = ledger.notices(MEETING.branch_id)
    ledger.claim(first, ["o0"], NOW)
    ledger.settle(first, {"o0": Mark(Condition.SENT, "1")}, NOW)

    assert chat.resend(MEETING, ["o0"], NOW + timedelta(hours=1)) == 1


def test_nothing_is_sent_again_of_what_is_over_cancelled_or_unknown(ledger: LedgerStore, store: Store) -> None:
    chat = reminders(store)

    assert chat.resend(MEETING, ["o0"], BEGINS) == 0
    assert chat.resend(replace(MEETING, rule_date=date(2026, 12, 6)), ["o0"], NOW) == 0
    assert chat.resend(replace(MEETING, branch_id="nowhere"), ["o0"], NOW) == 0
    BranchBook(store).change(MEETING, "o5", NOW, cancelled=True)
    assert chat.resend(MEETING, ["o0"], NOW) == 0


def test_a_member_who_snoozed_is_reminded_once_more_alone(ledger: LedgerStore, store: Store) -> None:
    chat, at = reminders(store), NOW + timedelta(hours=3)
    told(ledger, NOTICE, o0=Mark(Condition.SENT, "1"), o1=Mark(Condition.SENT, "2"))
    chat.snooze("o0", MEETING, NOW + timedelta(hours=1), NOW)
    chat.snooze("o0", MEETING, at, NOW)

    assert ticked(store, at - timedelta(minutes=1)) == {}
    assert ticked(store, at) == {LATER: ["o0"]}
    assert ticked(store, at + timedelta(minutes=1)) == {}


def test_a_snooze_is_void_when_the_meeting_is_off_or_the_member_gone(ledger: LedgerStore, store: Store) -> None:
    chat, at = reminders(store), NOW + timedelta(hours=1)
    chat.snooze("o0", MEETING, at, NOW)
    BranchBook(store).change(MEETING, "o5", NOW, cancelled=True)
    assert ticked(store, at) == {}
    BranchBook(store).change(MEETING, "o5", NOW)
    assert ticked(store, at) == {}, "it was seen to"

    chat.snooze("o1", MEETING, at, NOW)
    chat.forget("o1")
    assert ticked(store, at) == {}


def test_a_snooze_names_nobody_and_is_void_for_whoever_left_the_branch(ledger: LedgerStore, store: Store) -> None:
    reminders(store).snooze("oWang", MEETING, NOW, NOW)

    with store.commands() as client:
        assert "oWang" not in str(client.zrange(WISHES, 0, -1))
    assert ticked(store, NOW) == {}


def test_a_snooze_waits_for_the_end_of_the_quiet_hours(ledger: LedgerStore, store: Store) -> None:
    at_night = NOW.replace(hour=23)
    reminders(store).snooze("o0", MEETING, at_night, NOW)

    assert ticked(store, at_night) == {}
    assert ticked(store, NOW.replace(hour=7, minute=30) + timedelta(days=1)) == {LATER: ["o0"]}


def ticked(store: Store, now: datetime) -> dict[str, list[str]]:
    """Who is told what by a tick, the branch's own leads aside."""
    roster, ledger = RosterStore(store), LedgerStore(store)

    def calendar(
        activity: Activity, branch: Branch, changes: Mapping[date, Change], first: date, last: date
    ) -> Sequence[Appointment]:
        return appointments(activity, branch, changes, first, last, plain_week, SHANGHAI)

    planner = Planner(roster, ledger, lambda: calendar)
    done = Ticker(planner, roster, ledger, lambda: ACTIVITIES).tick(now)
    asked_for = [one for one in done.openings if one.notice.reminder.lead in (LATER, AGAIN)]
    return {one.notice.reminder.lead: list(one.audience) for one in asked_for}
