"""Receipts on a real Valkey: late, twice, before the mark, never; through the webhook."""

from datetime import timedelta
from typing import Any

import pytest

from bot.ledger import LedgerStore
from bot.ledger_calls import KEY_LASTS
from bot.notes import RECEIPTS
from bot.receipts import EARLY, PATIENCE, Receipts
from bot.rounds import standings
from bot.store import Store
from scheduler.reminders import Condition, Mark, Opening
from scheduler.roster import Branch
from tests.bot.test_ledger import MEETING, NOTICE, NOW
from tests.bot.test_roster_store import imported, member
from tests.conftest import AppFactory
from tests.fakes import Clock, Member


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def someone(make_app: AppFactory, clock: Clock) -> Member:
    return Member(make_app().test_client(), clock, openid="o1")


@pytest.fixture
def ledger(store: Store) -> LedgerStore:
    imported(store, [Branch(MEETING.branch_id, "甲支部")], [member("o1", MEETING.branch_id)])
    ledger = LedgerStore(store)
    ledger.open([Opening(NOTICE, {"o1": ""})], NOW)
    ledger.claim(NOTICE, ["o1"], NOW)
    return ledger


def reports(someone: Member, message_id: int, status: str = "success") -> None:
    answer = someone.does("TEMPLATESENDJOBFINISH", MsgID=message_id, Status=status)
    assert (answer.status, answer.outcome) == (200, "event")


def sent(ledger: LedgerStore) -> None:
    ledger.settle(NOTICE, {"o1": Mark(Condition.SENT, "4001")}, NOW)


def row(ledger: LedgerStore) -> Mark:
    return ledger.rows(NOTICE, ["o1"])["o1"]


def lengths(store: Store) -> tuple[Any, Any]:
    with store.commands() as client:
        return client.llen(RECEIPTS), client.llen(EARLY)


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        ("success", Mark(Condition.DELIVERED, "4001")),
        ("failed:user block", Mark(Condition.FAILED, "blocked")),
        ("failed: system failed", Mark(Condition.FAILED, "platform")),
    ],
)
def test_a_receipt_is_joined_with_its_row(
    ledger: LedgerStore, store: Store, someone: Member, status: str, mark: Mark
) -> None:
    sent(ledger)
    reports(someone, 4001, status)

    assert Receipts(store, ledger).join(NOW) == 1
    assert row(ledger) == mark
    (standing,) = standings(store)
    assert (standing.planned, standing.sent, standing.pending) == (1, 0, 0)
    assert lengths(store) == (0, 0)


def test_what_was_not_delivered_is_tried_again_when_wechat_has_forgotten_its_key(
    ledger: LedgerStore, store: Store, someone: Member
) -> None:
    sent(ledger)
    reports(someone, 4001, "failed: system failed")
    Receipts(store, ledger).join(NOW)

    early = ledger.retry(NOW + KEY_LASTS - timedelta(seconds=1))
    assert (early.count, early.left) == (0, {"platform": 1})
    assert row(ledger) == Mark(Condition.FAILED, "platform")

    late = ledger.retry(NOW + KEY_LASTS)
    assert (late.count, late.left) == (1, {})


def test_a_receipt_that_comes_before_the_mark_waits_for_it(ledger: LedgerStore, store: Store, someone: Member) -> None:
    receipts = Receipts(store, ledger)
    reports(someone, 4001)
    assert receipts.join(NOW) == 0
    assert row(ledger).condition is Condition.CLAIMED

    sent(ledger)
    assert receipts.join(NOW + timedelta(minutes=1)) == 1
    assert row(ledger).condition is Condition.DELIVERED


def test_a_second_receipt_changes_nothing_and_does_not_stay(
    ledger: LedgerStore, store: Store, someone: Member, clock: Clock
) -> None:
    sent(ledger)
    for _ in range(2):
        reports(someone, 4001)
        clock.pass_(seconds=1)
        Receipts(store, ledger).join(NOW)

    assert row(ledger).condition is Condition.DELIVERED
    (standing,) = standings(store)
    assert standing.delivered == standing.planned == 1
    assert lengths(store) == (0, 0)


def test_a_receipt_of_nothing_of_ours_is_dropped_in_the_end(ledger: LedgerStore, store: Store, someone: Member) -> None:
    sent(ledger)
    reports(someone, 9999)

    receipts = Receipts(store, ledger)
    receipts.join(NOW)
    assert lengths(store) == (0, 1)
    receipts.join(NOW + PATIENCE)
    assert lengths(store) == (0, 0)
    assert row(ledger) == Mark(Condition.SENT, "4001")


def test_receipts_of_strangers_do_no_harm(
    ledger: LedgerStore, store: Store, make_app: AppFactory, clock: Clock
) -> None:
    reports(Member(make_app().test_client(), clock, openid="oStranger"), 4001)

    assert Receipts(store, ledger).join(NOW) == 0
