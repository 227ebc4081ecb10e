"""What the ledger forgets, and when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.ledger import LedgerStore
from bot.ledger_format import FORGOTTEN, HEARD, WISHES, dump_meeting, milliseconds
from bot.ledger_upkeep import COUNTS_LAST, ROWS_LAST, WISHES_LAST, pseudonymise_wishes, tidy
from bot.pseudonyms import Pseudonyms
from bot.rounds import standings
from bot.store import Store
from scheduler.reminders import EXPIRED, Condition, Expiry, Mark, Opening, Reminder, Wish
from scheduler.roster import Branch
from tests.bot.test_ledger import MEETING, NOTICE, NOW
from tests.bot.test_roster_store import imported, member

OTHER = replace(NOTICE, reminder=Reminder(replace(MEETING, branch_id="b2"), "3d"))


@pytest.fixture
def ledger(store: Store) -> LedgerStore:
    ledger = LedgerStore(store)
    ledger.open([Opening(NOTICE, {"o1": "", "o2": ""}), Opening(OTHER, {"o1": ""})], NOW)
    ledger.claim(NOTICE, ["o1"], NOW)
    ledger.settle(NOTICE, {"o1": Mark(Condition.SENT, "1")}, NOW)
    return ledger


def keys(store: Store) -> set[str]:
    with store.commands() as client:
        found: Any = client.keys("bot:ledger:*")
    return {key.split(":")[2] for key in found}


def test_rows_go_after_five_weeks_and_counts_stay(ledger: LedgerStore, store: Store) -> None:
    assert tidy(store, NOW + ROWS_LAST - timedelta(days=1)) == 0
    assert ledger.rows(NOTICE, ["o1"])

    assert tidy(store, NOW + ROWS_LAST + timedelta(days=1)) == 2

    assert ledger.rows(NOTICE, ["o1"]) == {}
    assert ledger.opened([MEETING.branch_id]) == {MEETING.branch_id: frozenset()}
    (standing,) = standings(store)
    assert (standing.planned, standing.sent, standing.pending) == (3, 1, 2)


def test_after_thirteen_months_nothing_is_left(ledger: LedgerStore, store: Store) -> None:
    ledger.expire([Expiry(replace(NOTICE, reminder=Reminder(MEETING, "0d")), EXPIRED, 2)], NOW)
    late = NOW + COUNTS_LAST + timedelta(days=20)

    tidy(store, late)

    assert keys(store) <= {"last_tick"}
    with store.commands() as client:
        assert not client.exists(HEARD)


def test_who_is_forgotten_goes_from_former_branches_in_the_night(ledger: LedgerStore, store: Store) -> None:
    ledger.forget("o1", "b2")
    assert ledger.rows(OTHER, ["o1"]) == {}
    assert set(ledger.rows(NOTICE, ["o1", "o2"])) == {"o1", "o2"}

    tidy(store, NOW + timedelta(hours=18))

    assert set(ledger.rows(NOTICE, ["o1", "o2"])) == {"o2"}
    with store.commands() as client:
        assert not client.exists(FORGOTTEN)


def wished(store: Store) -> str:
    with store.commands() as client:
        found: Any = client.zrange(WISHES, 0, -1)
    return str(found)


def test_wishes_nobody_could_be_granted_go_after_a_week(ledger: LedgerStore, store: Store) -> None:
    ledger.wish(Wish(MEETING, "oLeft", NOW))
    ledger.wish(Wish(MEETING, "oLeftToo", NOW + timedelta(days=1)))
    who = Pseudonyms(store.secret)

    tidy(store, NOW + WISHES_LAST)

    assert who("oLeft") not in wished(store)
    assert who("oLeftToo") in wished(store)


@pytest.mark.parametrize("carry_over", [pseudonymise_wishes, lambda store: tidy(store, NOW)], ids=["start", "night"])
def test_wishes_of_a_version_before_are_put_under_pseudonyms(
    ledger: LedgerStore, store: Store, carry_over: Callable[[Store], object]
) -> None:
    imported(store, [Branch(MEETING.branch_id, "甲支部")], [member("oWang", MEETING.branch_id)])
    with store.commands() as client:
        client.zadd(WISHES, {f"oWang {dump_meeting(MEETING)}": milliseconds(NOW)})

    carry_over(store)
    carry_over(store)

    assert "oWang" not in wished(store)
    assert ledger.wishes(NOW) == [Wish(MEETING, "oWang", NOW)]


def test_a_wish_made_anew_is_not_undone_by_one_of_a_version_before(ledger: LedgerStore, store: Store) -> None:
    imported(store, [Branch(MEETING.branch_id, "甲支部")], [member("oWang", MEETING.branch_id)])
    with store.commands() as client:
        client.zadd(WISHES, {f"oWang {dump_meeting(MEETING)}": milliseconds(NOW)})
    later = Wish(MEETING, "oWang", NOW + timedelta(hours=1))
    ledger.wish(later)

    pseudonymise_wishes(store)

    assert ledger.wishes(later.at) == [later]
