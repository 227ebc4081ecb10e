"""The ledger on a real Valkey: opened once, claimed once, marked once, counted right."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.ledger import LedgerStore
from bot.ledger_calls import LEASE, YOUNG
from bot.ledger_format import counts_key, dump_heard, dump_notice, load_heard, load_notice
from bot.store import Store
from content.calendar import DaySource
from scheduler.agenda import Appointment, Meeting
from scheduler.reminders import (
    AGAIN,
    CHANGED,
    EXPIRED,
    OPT_OUT,
    UNMARKED,
    Condition,
    Expiry,
    Heard,
    Mark,
    Notice,
    Opening,
    Reminder,
)
from tests.fakes import SHANGHAI

NOW = datetime(2026, 12, 4, 9, tzinfo=SHANGHAI)
MEETING = Meeting("party_day", "b:1", date(2026, 12, 5))
BEGINS = datetime(2026, 12, 7, 15, tzinfo=SHANGHAI)
APPOINTMENT = Appointment(MEETING, BEGINS, "村部", 0, False, date(2026, 12, 5), DaySource.OFFICIAL, "每月5日")
NOTICE = Notice(Reminder(MEETING, "3d"), APPOINTMENT, BEGINS)
IDLE = timedelta(seconds=45)
SENT = Mark(Condition.SENT, "4001")
DUE = Mark(Condition.DUE)


@pytest.fixture
def ledger(store: Store) -> LedgerStore:
    return LedgerStore(store)


def counted(store: Store) -> dict[str, int]:
    with store.commands() as client:
        found: Any = client.hgetall(counts_key(NOTICE.round))
    return {name: int(number) for name, number in found.items() if int(number)}


def opened(ledger: LedgerStore, *openids: str, now: datetime = NOW, notice: Notice = NOTICE) -> int:
    return ledger.open([Opening(notice, dict.fromkeys(openids, ""))], now)


def test_what_a_reminder_says_is_kept_as_it_is() -> None:
    moved = replace(
        NOTICE,
        appointment=replace(APPOINTMENT, planned=date(2026, 12, 7), note="带材料", version=2, cancelled=True),
        was=BEGINS,
        opened=NOW,
        ahead=timedelta(days=3, seconds=0.5),
        corrected=2,
    )
    for notice in (NOTICE, moved):
        assert load_notice(notice.reminder.key, dump_notice(notice)) == notice
        assert load_heard(dump_heard(notice.says)) == notice.says


def test_what_was_heard_is_read_as_it_was_written_before_corrections_were_counted() -> None:
    assert load_heard("2026-12-07T15:00:00+08:00 1") == Heard(BEGINS, cancelled=True)


def test_a_reminder_is_opened_once(ledger: LedgerStore, store: Store) -> None:
    assert opened(ledger, "o1", "o2") == 1
    assert opened(ledger, "o1", "o2", "o3") == 0
    assert counted(store) == {"pending": 2}
    assert ledger.rows(NOTICE, ["o1", "o2", "o3"]) == {"o1": DUE, "o2": DUE}
    assert ledger.opened(["b:1", "b2"]) == {"b:1": {NOTICE.reminder.key}, "b2": frozenset()}
    assert ledger.heard() == {MEETING: Heard(BEGINS)}
    (kept,) = ledger.notices("b:1")
    assert kept == replace(NOTICE, opened=NOW)


def test_a_repeated_reminder_takes_in_new_members_but_tells_nobody_again(ledger: LedgerStore) -> None:
    again = replace(NOTICE, reminder=Reminder(MEETING, AGAIN, "1"))
    opened(ledger, "o1", notice=again)
    ledger.claim(again, ["o1"], NOW)
    ledger.settle(again, {"o1": SENT}, NOW)

    opened(ledger, "o1", "o2", notice=again)

    assert ledger.rows(again, ["o1", "o2"]) == {"o1": SENT, "o2": DUE}
    assert ledger.heard() == {}


def test_members_who_are_skipped_are_counted_with_their_reason(ledger: LedgerStore, store: Store) -> None:
    ledger.open([Opening(NOTICE, {"o1": "", "o2": OPT_OUT})], NOW)

    assert counted(store) == {"pending": 1, "skipped": 1, f"why:{OPT_OUT}": 1}
    assert ledger.claim(NOTICE, ["o1", "o2"], NOW) == ["o1"]


def test_a_member_is_claimed_by_one(ledger: LedgerStore) -> None:
    opened(ledger, "o1", "o2")

    assert ledger.claim(NOTICE, ["o1"], NOW) == ["o1"]
    assert ledger.claim(NOTICE, ["o1", "o2", "o3"], NOW) == ["o2"]
    assert ledger.claim(NOTICE, ["o1", "o2"], NOW + LEASE - timedelta(seconds=1)) == []


def test_an_unmarked_attempt_is_taken_over_while_it_is_young_and_never_after(ledger: LedgerStore) -> None:
    opened(ledger, "o1")
    ledger.claim(NOTICE, ["o1"], NOW)

    assert ledger.claim(NOTICE, ["o1"], NOW + LEASE) == ["o1"]
    assert ledger.claim(NOTICE, ["o1"], NOW + YOUNG - timedelta(seconds=1)) == ["o1"]
    assert ledger.claim(NOTICE, ["o1"], NOW + YOUNG) == [], "its age counts from the first attempt"


def test_an_attempt_from_the_future_is_never_repeated(ledger: LedgerStore) -> None:
    opened(ledger, "o1")
    ledger.claim(NOTICE, ["o1"], NOW)

    assert ledger.claim(NOTICE, ["o1"], NOW - timedelta(minutes=20)) == [], "a clock was put back"
    ledger.sweep([NOTICE], NOW - timedelta(minutes=20), IDLE)
    assert ledger.rows(NOTICE, ["o1"]) == {"o1": Mark(Condition.UNKNOWN, UNMARKED)}


def test_marks_are_counted_and_final(ledger: LedgerStore, store: Store) -> None:
    opened(ledger, "o1", "o2", "o3")
    ledger.claim(NOTICE, ["o1", "o2", "o3"], NOW)
    refused = Mark(Condition.FAILED, "refused")

    ledger.settle(NOTICE, {"o1": SENT, "o2": refused}, NOW)
    ledger.settle(NOTICE, {"o1": refused, "o2": SENT}, NOW)

    assert ledger.rows(NOTICE, ["o1", "o2"]) == {"o1": refused, "o2": refused}, "only a receipt changes what was sent"
    assert counted(store) == {"pending": 1, "failed": 2, "why:refused": 2}
    assert ledger.claim(NOTICE, ["o1", "o2"], NOW + timedelta(hours=1)) == []


def test_a_claim_given_back_is_due_again_with_what_was_in_the_way(ledger: LedgerStore) -> None:
    opened(ledger, "o1")
    ledger.claim(NOTICE, ["o1"], NOW)
    ledger.settle(NOTICE, {"o1": Mark(Condition.DUE, "quota")}, NOW)

    assert ledger.rows(NOTICE, ["o1"]) == {"o1": Mark(Condition.DUE, "quota")}
    assert ledger.claim(NOTICE, ["o1"], NOW) == ["o1"]


def test_a_claim_given_back_keeps_the_attempt_made_before_it(ledger: LedgerStore) -> None:
    opened(ledger, "o1")
    ledger.claim(NOTICE, ["o1"], NOW)  # sent, no answer came
    later = NOW + timedelta(minutes=2)
    ledger.claim(NOTICE, ["o1"], later)
    ledger.settle(NOTICE, {"o1": DUE}, later)

    assert ledger.claim(NOTICE, ["o1"], NOW + YOUNG) == []


def test_sweeping_ages_what_was_never_marked(ledger: LedgerStore, store: Store) -> None:
    opened(ledger, "o1", "o2")
    ledger.claim(NOTICE, ["o1"], NOW)

    assert ledger.sweep([NOTICE], NOW + YOUNG - timedelta(seconds=1), IDLE) == [2]
    assert ledger.sweep([NOTICE], NOW + YOUNG + IDLE, IDLE) == [1]
    assert ledger.rows(NOTICE, ["o1"]) == {"o1": Mark(Condition.UNKNOWN, UNMARKED)}
    ledger.settle(NOTICE, {"o1": SENT}, NOW + timedelta(hours=1))
    assert ledger.rows(NOTICE, ["o1"]) == {"o1": SENT}, "a late mark still tells the truth"
    assert counted(store) == {"pending": 1, "sent": 1}


def test_sweeping_skips_what_is_of_no_use_any_more_and_says_why(ledger: LedgerStore) -> None:
    opened(ledger, "o1", "o2")
    ledger.claim(NOTICE, ["o2"], NOW)
    ledger.settle(NOTICE, {"o2": Mark(Condition.DUE, "quota")}, NOW)

    assert ledger.sweep([NOTICE], BEGINS, IDLE) == [0]
    skipped = {"o1": Mark(Condition.SKIPPED, EXPIRED), "o2": Mark(Condition.SKIPPED, "quota")}
    assert ledger.rows(NOTICE, ["o1", "o2"]) == skipped


def test_a_reminder_lives_in_the_time_of_whoever_opened_it(ledger: LedgerStore) -> None:
    ahead = BEGINS - timedelta(hours=7) - NOW
    opened(ledger, "o1", notice=replace(NOTICE, ahead=ahead))

    (kept,) = ledger.stale(NOW + IDLE, IDLE)
    assert kept.opened == BEGINS - timedelta(hours=7)
    assert ledger.sweep([kept], NOW + timedelta(hours=6), IDLE) == [1]
    assert ledger.sweep([kept], NOW + timedelta(hours=7), IDLE) == [0]


def test_only_one_sweeps_what_made_no_progress(ledger: LedgerStore) -> None:
    opened(ledger, "o1")

    assert ledger.stale(NOW + timedelta(seconds=1), IDLE) == []
    (stale,) = ledger.stale(NOW + IDLE, IDLE)
    assert ledger.sweep([stale], NOW + IDLE, IDLE) == [1]
    assert ledger.sweep([stale], NOW + IDLE, IDLE) == [-1]
    assert ledger.stale(NOW + IDLE, IDLE) == []
    ledger.claim(NOTICE, ["o1"], NOW + 2 * IDLE)
    assert ledger.stale(NOW + 2 * IDLE, IDLE) == [], "a claim is progress"


def test_a_reminder_is_done_when_everyone_is_settled(ledger: LedgerStore) -> None:
    opened(ledger, "o1")
    ledger.claim(NOTICE, ["o1"], NOW)
    ledger.settle(NOTICE, {"o1": SENT}, NOW)

    assert ledger.sweep(ledger.stale(NOW + IDLE, IDLE), NOW + IDLE, IDLE) == [0]
    assert ledger.stale(NOW + timedelta(days=1), IDLE) == []


def test_a_clock_put_back_leaves_nothing_lying(ledger: LedgerStore) -> None:
    opened(ledger, "o1")

    assert len(ledger.stale(NOW - timedelta(hours=1), IDLE)) == 1


def test_what_is_due_is_stopped_by_a_change_and_what_is_on_its_way_is_not(ledger: LedgerStore) -> None:
    opened(ledger, "o1", "o2")
    ledger.claim(NOTICE, ["o1"], NOW)

    ledger.supersede(MEETING)
    ledger.settle(NOTICE, {"o1": SENT}, NOW)

    assert ledger.rows(NOTICE, ["o1", "o2"]) == {"o1": SENT, "o2": Mark(Condition.SKIPPED, CHANGED)}
    assert ledger.claim(NOTICE, ["o2"], NOW) == []


def test_a_failure_that_may_succeed_is_due_again_and_one_that_lasts_is_left(ledger: LedgerStore, store: Store) -> None:
    failures = {
        "o1": "too_often",
        "o2": "platform",
        "o3": "bad_fields",
        "o4": "code_61501",
        "o5": "unfollowed",
        "o6": "unfollowed",
        "o7": "refused",
    }
    opened(ledger, *failures, "o8", "o9")
    ledger.claim(NOTICE, [*failures, "o8", "o9"], NOW)
    marks = {openid: Mark(Condition.FAILED, reason) for openid, reason in failures.items()}
    ledger.settle(NOTICE, {**marks, "o8": SENT}, NOW)
    ledger.sweep([NOTICE], NOW + YOUNG + IDLE, IDLE)  # nobody knows of o9

    retried = ledger.retry(NOW)

    assert (retried.count, retried.left) == (4, {"unfollowed": 2, "refused": 1})
    rows = ledger.rows(NOTICE, [*failures, "o8", "o9"])
    assert {openid for openid, mark in rows.items() if mark == DUE} == {"o1", "o2", "o3", "o4"}
    left = {"unfollowed": 2, "refused": 1}
    whys = {f"why:{reason}": number for reason, number in left.items()}
    assert counted(store) == {"pending": 4, "failed": 3, "sent": 1, "unknown": 1, **whys, f"why:{UNMARKED}": 1}
    assert ledger.stale(NOW, IDLE), "the next sweep queues them"
    assert ledger.retry(NOW).count == 0


def test_a_failure_whose_time_is_over_is_not_tried_again(ledger: LedgerStore) -> None:
    opened(ledger, "o1")
    ledger.claim(NOTICE, ["o1"], NOW)
    ledger.settle(NOTICE, {"o1": Mark(Condition.FAILED, "too_often")}, NOW)

    assert ledger.retry(BEGINS).count == 0
    assert ledger.retry(BEGINS - timedelta(minutes=1)).count == 1


def test_what_was_missed_is_counted_once_and_only_if_never_opened(ledger: LedgerStore, store: Store) -> None:
    missed = [Expiry(NOTICE, EXPIRED, 25)]

    assert (ledger.expire(missed, NOW), ledger.expire(missed, NOW)) == (1, 0)
    assert counted(store) == {"skipped": 25, f"why:{EXPIRED}": 25}
    assert opened(ledger, "o1") == 1, "asked for at an earlier time after all"
    assert counted(store) == {"pending": 1}
    assert ledger.expire(missed, NOW) == 0


def test_a_member_is_forgotten_with_everything_pending(ledger: LedgerStore, store: Store) -> None:
    opened(ledger, "o1", "o2")
    ledger.open([Opening(replace(NOTICE, reminder=Reminder(MEETING, "0d")), {"o1": OPT_OUT})], NOW)

    ledger.forget("o1", "b:1")

    assert ledger.rows(NOTICE, ["o1", "o2"]) == {"o2": DUE}
    assert counted(store) == {"pending": 1}
    assert ledger.claim(NOTICE, ["o1"], NOW) == []


def test_no_openid_is_kept(ledger: LedgerStore, store: Store) -> None:
    opened(ledger, "oSomeone")
    ledger.claim(NOTICE, ["oSomeone"], NOW)

    with store.commands() as client:
        keys: Any = client.keys("bot:ledger:*")
        found = [client.hgetall(key) for key in keys if client.type(key) == "hash"]
    assert found
    assert "oSomeone" not in str(found)
